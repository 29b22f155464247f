import { Logger } from '@nestjs/common';
import { ErrorCode } from '../../protocol/codes.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { PushException } from '../../protocol/push.exception.js';
import type { Connection } from '../../registry/connection.js';
import { INTERNAL, reportOf } from './error-data.js';
import { logFault } from './fault-log.js';
import { sendReply, type Reply } from './replies.js';

const logger = new Logger('PushModule');

/** A frame that is being handled, and the way back to who sent it. */
export class FrameContext {
  /** What the handler itself answered, and whether it was told that something failed. */
  private own: { readonly reply: unknown } | undefined;
  private hasFailed = false;

  constructor(
    readonly connection: Connection,
    readonly frame: ClientFrame,
    /** Who handles it, for the log: `ChatGateway.typing`. */
    private readonly handler: string,
  ) {}

  /** Notes what the handler of one of the module's own events answers. */
  answeredWith(reply: unknown): void {
    this.own = { reply };
  }

  /** Answers with what was noted, whatever the application's interceptors made of it. */
  replyAsNoted(): void {
    if (this.own !== undefined) this.reply(this.own.reply);
    else if (!this.hasFailed) this.fail(notHandled());
  }

  /** Answers with a handler's result; null and undefined are no answer. */
  reply(result: unknown): void {
    if (result === null || result === undefined) return;
    const { connection, frame } = this;
    try {
      const reply = isWsResponse(result)
        ? replyTo(connection, frame, result.event, result.data)
        : replyTo(connection, frame, frame.event, result);
      sendReply(connection, reply);
    } catch (error) {
      this.failWithoutJson(error);
    }
  }

  /** Tells the client of an exception by its code; tells the log only of the server's faults. */
  fail(exception: unknown): void {
    this.hasFailed = true;
    sendReply(this.connection, errorTo(this.connection, exception, this.frame.id));
  }

  /** A circular result for example, or one with a BigInt. */
  private failWithoutJson(error: unknown): void {
    const { handler, frame } = this;
    const reason = error instanceof Error ? error.message : String(error);
    logger.error(`What ${handler} answers to "${frame.event}" has no JSON form: ${reason}`);
    sendReply(this.connection, this.connection.codec.encodeError(INTERNAL, frame.id));
  }
}

/** An interceptor answered in the place of the handler. */
function notHandled(): PushException {
  return new PushException(ErrorCode.REJECTED, 'The application did not let this frame through.');
}

export function replyTo(
  connection: Connection,
  frame: ClientFrame,
  event: string,
  data: unknown,
): Reply {
  return connection.codec.encodeReply(event, data, frame.id);
}

/** What a client is told of an exception; tells the log of the server's faults. */
export function errorTo(connection: Connection, exception: unknown, id?: ClientFrame['id']): Reply {
  const { data, fault } = reportOf(exception);
  if (fault) logFault(exception);
  return connection.codec.encodeError(data, id);
}

function isWsResponse(result: unknown): result is { event: string; data: unknown } {
  return (
    typeof result === 'object' &&
    result !== null &&
    'event' in result &&
    typeof result.event === 'string'
  );
}
