import { Logger } from '@nestjs/common';
import type { ClientFrame } from '../../protocol/frames.js';
import type { Connection } from '../../registry/connection.js';
import { reportOf } from './error-data.js';
import { sendReply, type Reply } from './replies.js';

const logger = new Logger('PushModule');

/** A frame that is being handled, and the way back to who sent it. */
export class FrameContext {
  constructor(
    readonly connection: Connection,
    readonly frame: ClientFrame,
  ) {}

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
      // A result without a JSON form, a circular one for example.
      this.fail(error);
    }
  }

  /** Tells the client of an exception by its code; tells the log only of the server's faults. */
  fail(exception: unknown): void {
    sendReply(this.connection, errorTo(this.connection, exception, this.frame.id));
  }
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

function logFault(exception: unknown): void {
  if (exception instanceof Error) logger.error(exception.message, exception.stack);
  else logger.error(`A handler threw a ${typeof exception} instead of an error.`);
}

function isWsResponse(result: unknown): result is { event: string; data: unknown } {
  return (
    typeof result === 'object' &&
    result !== null &&
    'event' in result &&
    typeof result.event === 'string'
  );
}
