import { ErrorCode } from '../../protocol/codes.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { FrameException, PushException } from '../../protocol/push.exception.js';
import type { Connection } from '../../registry/connection.js';
import { sendError } from './frame-context.js';
import type { FrameHandlers } from './frame-handler.js';

/** Takes a frame of an authenticated connection to its handler. Never throws or rejects. */
export class FrameDispatcher {
  constructor(private readonly handlers: FrameHandlers) {}

  dispatch(connection: Connection, text: string): MaybePromise<void> {
    let frame: ClientFrame | undefined;
    try {
      frame = connection.codec.decode(text);
      const handler = this.handlers.find(connection, frame.event);
      if (handler === undefined) throw unknownEvent();
      const done = handler(connection, frame);
      if (isPromise(done)) {
        const { id } = frame;
        return done.catch((error: unknown) => sendError(connection, error, id));
      }
    } catch (error) {
      sendError(connection, error, error instanceof FrameException ? error.frameId : frame?.id);
    }
  }

  /** A binary frame is an error on both protocols. */
  refuseBinary(connection: Connection): void {
    sendError(connection, new PushException(ErrorCode.BAD_FRAME, 'Send text frames only.'));
  }
}

function unknownEvent(): PushException {
  return new PushException(ErrorCode.UNKNOWN_EVENT, 'Nothing here handles this event.');
}
