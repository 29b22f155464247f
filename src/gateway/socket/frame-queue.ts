import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { PushException } from '../../protocol/push.exception.js';
import { refuse, type Refusable } from './refusal.js';

/** Waiting frames at which reading from the socket pauses, so that TCP holds the client back. */
const PAUSE_AT = 16;

/** A message as it came from the socket: text, or the bytes of a binary one. */
export type RawFrame = string | Buffer;

/** Something that is done when it is its turn among the frames. */
export type Task<S> = (socket: S) => void;

export type Waiting<S> = RawFrame | Task<S>;

/** A socket whose frames are queued. */
export interface Queued<S> extends Refusable {
  readonly isClosed: boolean;
  /** The queue's own note: whether a frame is being handled. */
  busy: boolean;
  /** The queue's own note: what waits meanwhile. Thrown away when the socket closes. */
  pending: Waiting<S>[] | null;
  readonly isPaused: boolean;
  pause(): void;
  resume(): void;
}

/** Handles one frame; never throws or rejects. */
export type FrameProcessor<S> = (socket: S, frame: RawFrame) => MaybePromise<void>;

/**
 * Handles the frames of each socket one after another, in order. While one is being handled
 * (authentication is one of them) later ones wait. Pausing the socket bounds what arrives, but
 * not what `ws` has read already: those frames are counted.
 */
export class FrameQueue<S extends Queued<S>> {
  constructor(
    private readonly process: FrameProcessor<S>,
    private readonly maxPending: number,
  ) {}

  receive(socket: S, frame: RawFrame): void {
    if (socket.isClosed) return;
    if (socket.busy) this.wait(socket, frame);
    else this.handle(socket, frame);
  }

  /** Does it when every frame that has come until now was handled: at once if none waits. */
  inTurn(socket: S, task: Task<S>): void {
    if (socket.isClosed) return;
    if (socket.busy) (socket.pending ??= []).push(task);
    else task(socket);
  }

  private handle(socket: S, frame: RawFrame): void {
    const done = this.process(socket, frame);
    if (!isPromise(done)) return;
    socket.busy = true;
    void done.then(() => this.proceed(socket));
  }

  private wait(socket: S, frame: RawFrame): void {
    const pending = (socket.pending ??= []);
    if (pending.length >= this.maxPending) {
      refuse(socket, tooManyPending(), CloseCode.TOO_MANY_PENDING);
      return;
    }
    pending.push(frame);
    if (pending.length === PAUSE_AT) socket.pause();
  }

  /** Goes on with what has waited until something has to be waited for again. */
  private proceed(socket: S): void {
    socket.busy = false;
    while (!socket.busy) {
      const next = socket.pending?.shift();
      if (next === undefined) break;
      if (typeof next === 'function') next(socket);
      else this.handle(socket, next);
    }
    if (!socket.busy && socket.isPaused) socket.resume();
  }
}

function tooManyPending(): PushException {
  return new PushException(
    ErrorCode.RATE_LIMITED,
    'Too many frames wait to be handled; wait for answers before sending more.',
  );
}
