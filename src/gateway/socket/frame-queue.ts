import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { PushException } from '../../protocol/push.exception.js';
import { Phase, type PushSocket, type RawFrame } from './push-socket.js';
import { refuse } from './refusal.js';

/** Waiting frames at which reading from the socket pauses, so that TCP holds the client back. */
const PAUSE_AT = 16;

/** Handles one frame; never throws or rejects. */
export type FrameProcessor = (socket: PushSocket, frame: RawFrame) => MaybePromise<void>;

/**
 * Handles the frames of each socket one after another, in order. While one is being handled
 * (authentication is one of them) later ones wait. Pausing the socket bounds what arrives, but
 * not what `ws` has read already: those frames are counted.
 */
export class Inbox {
  constructor(
    private readonly process: FrameProcessor,
    private readonly maxPending: number,
  ) {}

  receive(socket: PushSocket, frame: RawFrame): void {
    socket.alive = true;
    if (socket.phase === Phase.Closed) return;
    if (socket.busy) this.wait(socket, frame);
    else this.handle(socket, frame);
  }

  private handle(socket: PushSocket, frame: RawFrame): void {
    const done = this.process(socket, frame);
    if (!isPromise(done)) return;
    socket.busy = true;
    void done.then(() => this.proceed(socket));
  }

  private wait(socket: PushSocket, frame: RawFrame): void {
    const pending = (socket.pending ??= []);
    if (pending.length >= this.maxPending) {
      // It is the frame that came too much which is refused, not the one being authenticated.
      socket.authId = undefined;
      refuse(socket, tooManyPending(), CloseCode.TOO_MANY_PENDING);
      return;
    }
    pending.push(frame);
    if (pending.length === PAUSE_AT) socket.pause();
  }

  /** Goes on with what has waited until something has to be waited for again. */
  private proceed(socket: PushSocket): void {
    socket.busy = false;
    while (!socket.busy) {
      const frame = socket.pending?.shift();
      if (frame === undefined) break;
      this.handle(socket, frame);
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
