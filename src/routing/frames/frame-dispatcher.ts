import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { BadFrameException, FrameException, PushException } from '../../protocol/push.exception.js';
import { errorTo } from './frame-context.js';
import type { FrameHandler } from './frame-handler.js';
import type { FrameSource } from './frame-source.js';
import { Replies, sendReply, type Reply } from './replies.js';
import { Underway } from './underway.js';

/** Finds the handler of an event for whom its frame came from. */
export abstract class FrameHandlers {
  abstract find(source: FrameSource, event: string): FrameHandler | undefined;
}

export interface FrameLimits {
  /** Sends of one connection that may be under way together. */
  readonly maxPendingSends: number;
  /** Frames of one connection in a row that are not of the protocol. */
  readonly maxBadFrames: number;
}

/**
 * Takes a frame of an authenticated connection to its handler, and what that answers back, in the
 * order of the frames. Never throws or rejects.
 */
export class FrameDispatcher {
  constructor(
    private readonly handlers: FrameHandlers,
    private readonly limits: FrameLimits,
  ) {}

  /** Answers when the next frame may be dispatched. */
  dispatch(source: FrameSource, text: string): MaybePromise<void> {
    const { connection } = source;
    let frame: ClientFrame | undefined;
    try {
      frame = connection.codec.decode(text);
      if (source.badFrames > 0) source.badFrames = 0;
      const handler = this.handlers.find(source, frame.event);
      if (handler === undefined) throw unknownEvent();
      if (source.replies === null || handler.overlaps) return this.handle(source, frame, handler);
      return this.handleAlone(source, frame, handler);
    } catch (error) {
      if (error instanceof BadFrameException) return this.refuse(source, error);
      return this.reply(source, errorFor(source, error, frame));
    }
  }

  /** A binary frame is an error on both protocols. */
  refuseBinary(source: FrameSource): MaybePromise<void> {
    return this.refuse(source, new BadFrameException('Send text frames only.'));
  }

  /** It is no frame of the protocol: who sends nothing else is not answered for ever. */
  private refuse(source: FrameSource, error: BadFrameException): MaybePromise<void> {
    const replied = this.reply(source, errorFor(source, error));
    if (++source.badFrames <= this.limits.maxBadFrames) return replied;
    source.connection.transport.shut(CloseCode.BAD_FRAMES, ErrorCode.BAD_FRAME);
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
    const { maxPendingSends } = this.limits;
    if (replies.count >= maxPendingSends) return replies.fewerThan(maxPendingSends);
  }
}

function errorFor({ connection }: FrameSource, error: unknown, frame?: ClientFrame): Reply {
  return errorTo(connection, error, error instanceof FrameException ? error.frameId : frame?.id);
}

function unknownEvent(): PushException {
  return new PushException(ErrorCode.UNKNOWN_EVENT, 'Nothing here handles this event.');
}
