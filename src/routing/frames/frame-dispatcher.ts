import { ErrorCode } from '../../protocol/codes.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { FrameException, PushException } from '../../protocol/push.exception.js';
import { errorTo } from './frame-context.js';
import type { FrameHandler } from './frame-handler.js';
import type { FrameSource } from './frame-source.js';
import { Replies, sendReply, type Reply } from './replies.js';
import { Underway } from './underway.js';

/** Finds the handler of an event for whom its frame came from. */
export abstract class FrameHandlers {
  abstract find(source: FrameSource, event: string): FrameHandler | undefined;
}

/**
 * Takes a frame of an authenticated connection to its handler, and what that answers back, in the
 * order of the frames. Never throws or rejects.
 */
export class FrameDispatcher {
  constructor(
    private readonly handlers: FrameHandlers,
    /** Sends of one connection that may be under way together. */
    private readonly maxPendingSends: number,
  ) {}

  /** Answers when the next frame may be dispatched. */
  dispatch(source: FrameSource, text: string): MaybePromise<void> {
    const { connection } = source;
    let frame: ClientFrame | undefined;
    try {
      frame = connection.codec.decode(text);
      const handler = this.handlers.find(source, frame.event);
      if (handler === undefined) throw unknownEvent();
      if (source.replies === null || handler.overlaps) return this.handle(source, frame, handler);
      return this.handleAlone(source, frame, handler);
    } catch (error) {
      return this.reply(source, errorFor(source, error, frame));
    }
  }

  /** A binary frame is an error on both protocols. */
  refuseBinary(source: FrameSource): MaybePromise<void> {
    const error = new PushException(ErrorCode.BAD_FRAME, 'Send text frames only.');
    return this.reply(source, errorTo(source.connection, error));
  }

  private handle(
    source: FrameSource,
    frame: ClientFrame,
    handler: FrameHandler,
  ): MaybePromise<void> {
    const result = handler.handle(source.connection, frame);
    if (!isPromise(result)) return this.finish(source, frame, result);
    return result.then(
      (settled) => this.finish(source, frame, settled),
      (error: unknown) => this.reply(source, errorFor(source, error, frame)),
    );
  }

  /** Waits until every earlier frame was answered. */
  private async handleAlone(
    source: FrameSource,
    frame: ClientFrame,
    handler: FrameHandler,
  ): Promise<void> {
    await source.replies!.fewerThan(1);
    if (source.isClosed) return;
    try {
      await this.handle(source, frame, handler);
    } catch (error) {
      await this.reply(source, errorFor(source, error, frame));
    }
  }

  private finish(
    source: FrameSource,
    frame: ClientFrame,
    result: Reply | Underway<Reply>,
  ): MaybePromise<void> {
    if (!(result instanceof Underway)) return this.reply(source, result);
    const replies = (source.replies ??= new Replies(source));
    replies.await(result.outcome.catch((error: unknown) => errorFor(source, error, frame)));
    return this.whenMoreMayCome(replies);
  }

  private reply(source: FrameSource, reply: Reply): MaybePromise<void> {
    const { replies } = source;
    if (replies === null) return sendReply(source.connection, reply);
    replies.add(reply);
    return this.whenMoreMayCome(replies);
  }

  private whenMoreMayCome(replies: Replies): MaybePromise<void> {
    if (replies.count >= this.maxPendingSends) return replies.fewerThan(this.maxPendingSends);
  }
}

function errorFor({ connection }: FrameSource, error: unknown, frame?: ClientFrame): Reply {
  return errorTo(connection, error, error instanceof FrameException ? error.frameId : frame?.id);
}

function unknownEvent(): PushException {
  return new PushException(ErrorCode.UNKNOWN_EVENT, 'Nothing here handles this event.');
}
