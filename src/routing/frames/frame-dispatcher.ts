import { Injectable } from '@nestjs/common';
import { ErrorCode } from '../../protocol/codes.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { FrameException, PushException } from '../../protocol/push.exception.js';
import { sendError } from './frame-context.js';
import type { FrameHandler } from './frame-handler.js';
import type { FrameSource } from './frame-source.js';

/** Finds the handler of an event for whom its frame came from. */
export abstract class FrameHandlers {
  abstract find(source: FrameSource, event: string): FrameHandler | undefined;
}

/** Takes a frame of an authenticated connection to its handler. Never throws or rejects. */
@Injectable()
export class FrameDispatcher {
  constructor(private readonly handlers: FrameHandlers) {}

  dispatch(source: FrameSource, text: string): MaybePromise<void> {
    const { connection } = source;
    let frame: ClientFrame | undefined;
    try {
      frame = connection.codec.decode(text);
      const handler = this.handlers.find(source, frame.event);
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
  refuseBinary({ connection }: FrameSource): void {
    sendError(connection, new PushException(ErrorCode.BAD_FRAME, 'Send text frames only.'));
  }
}

function unknownEvent(): PushException {
  return new PushException(ErrorCode.UNKNOWN_EVENT, 'Nothing here handles this event.');
}
