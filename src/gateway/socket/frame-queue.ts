import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { PushException } from '../../protocol/push.exception.js';
import { refuse, type Refusable } from './refusal.js';

/** Frames, and bytes of them, at which reading from a socket stops, so that TCP holds it back. */
const FULL_AT = 16;
const FULL_AT_BYTES = 16_384;

/** Bytes that a waiting frame is counted with beside its own: an empty one takes memory, too. */
const OVERHEAD = 64;

/** A message as it came from the socket: text, or the bytes of a binary one. */
export type RawFrame = string | Buffer;

/** Something that is done when it is its turn among the frames. */
export type Task<S> = (socket: S) => void;

export type Waiting<S> = RawFrame | Task<S>;

/** A socket whose frames are queued. What is not readonly are the queue's own notes. */
export interface Queued<S> extends Refusable {
  readonly isClosed: boolean;
  /** Whether it has not been let in yet. */
  readonly isStranger: boolean;
  /** Whether a frame is being handled, or others have their turn first. */
  busy: boolean;
  /** What waits meanwhile. Thrown away when the socket closes. */
  pending: Waiting<S>[] | null;
  /** Bytes of that, and of what has been read and not looked at. */
  waitingBytes: number;
  /** How many of them are counted among those of strangers. */
  strangerBytes: number;
  /** Whether so much waits that nothing more is to be read. */
  isFull: boolean;
  /** Frames since others had their turn. */
  streak: number;
  readonly isPaused: boolean;
  pause(): void;
  resume(): void;
  /** Goes on with what has been read and not looked at, as long as not too much waits. */
  readOn(): void;
}

export interface QueueOptions {
  /** Bytes of one frame. */
  maxPayload: number;
  /** Bytes of one connection that may wait beside one frame. */
  maxPendingBytes: number;
  /** Bytes that may wait of all connections together that are not in yet. */
  maxStrangerBytes: number;
  /** Frames of one connection that are handled before others have their turn. */
  maxFramesPerTurn: number;
}

/** Handles one frame; never throws or rejects. */
export type FrameProcessor<S> = (socket: S, frame: RawFrame) => MaybePromise<void>;

/**
 * Handles the frames of each socket one after another, in order. While one is being handled
 * (authentication is one of them) later ones wait: a few as they are, what has been read behind
 * them unread, the rest where TCP holds it back. So a client that only sends fast is slowed down,
 * and what one can make us hold is bounded.
 */
export class FrameQueue<S extends Queued<S>> {
  private strangerBytes = 0;

  constructor(
    private readonly process: FrameProcessor<S>,
    private readonly options: QueueOptions,
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

  /** So many bytes more, or less, of the socket wait. */
  count(socket: S, bytes: number): void {
    socket.waitingBytes += bytes;
    if (socket.isStranger) {
      socket.strangerBytes += bytes;
      this.strangerBytes += bytes;
    }
    if (bytes <= 0 || !this.isTooMuch(socket)) return;
    refuse(socket, tooMuchWaits(), CloseCode.TOO_MANY_PENDING);
  }

  /** The socket is in, or has gone. */
  noStranger(socket: S): void {
    this.strangerBytes -= socket.strangerBytes;
    socket.strangerBytes = 0;
  }

  private isTooMuch({ waitingBytes, strangerBytes }: S): boolean {
    const { maxPayload, maxPendingBytes, maxStrangerBytes } = this.options;
    if (waitingBytes > maxPayload + maxPendingBytes) return true;
    return strangerBytes > 0 && this.strangerBytes > maxStrangerBytes;
  }

  private handle(socket: S, frame: RawFrame): void {
    const done = this.process(socket, frame);
    if (++socket.streak === this.options.maxFramesPerTurn) {
      this.rest(socket, done);
    } else if (isPromise(done)) {
      socket.busy = true;
      void done.then(() => this.proceed(socket));
    }
  }

  /** Lets others have their turn. */
  private rest(socket: S, done: MaybePromise<void>): void {
    const goOn = (): void => void setImmediate(() => this.proceed(socket));
    socket.busy = true;
    socket.streak = 0;
    if (isPromise(done)) void done.then(goOn);
    else goOn();
  }

  private wait(socket: S, frame: RawFrame): void {
    const waits = (socket.pending ??= []).push(frame);
    this.count(socket, sizeOf(frame));
    if (socket.isFull || socket.isClosed) return;
    if (waits < FULL_AT && socket.waitingBytes < FULL_AT_BYTES) return;
    socket.isFull = true;
    socket.pause();
  }

  /** Goes on with what has waited until something has to be waited for again. */
  private proceed(socket: S): void {
    socket.busy = false;
    while (!socket.busy) {
      const next = socket.pending?.shift();
      if (next === undefined) break;
      if (typeof next === 'function') {
        next(socket);
      } else {
        this.count(socket, -sizeOf(next));
        this.handle(socket, next);
      }
    }
    if (socket.busy || !socket.isFull || socket.isClosed) return;
    socket.isFull = false;
    socket.readOn();
    if (!socket.isFull) socket.resume();
  }
}

function sizeOf(frame: RawFrame): number {
  return frame.length + OVERHEAD;
}

function tooMuchWaits(): PushException {
  return new PushException(
    ErrorCode.RATE_LIMITED,
    'Too much waits to be handled; wait for answers before sending more.',
  );
}
