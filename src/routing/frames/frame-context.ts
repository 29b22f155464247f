import { Logger } from '@nestjs/common';
import type { ClientFrame } from '../../protocol/frames.js';
import type { Connection } from '../../registry/connection.js';
import { OutboundFrame } from '../../registry/transport.js';
import { reportOf } from './error-data.js';

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
    try {
      if (isWsResponse(result)) sendReply(this.connection, this.frame, result.event, result.data);
      else sendReply(this.connection, this.frame, this.frame.event, result);
    } catch (error) {
      // A result without a JSON form, a circular one for example.
      this.fail(error);
    }
  }

  /** Tells the client of an exception by its code; tells the log only of the server's faults. */
  fail(exception: unknown): void {
    sendError(this.connection, exception, this.frame.id);
  }
}

export function sendReply(
  connection: Connection,
  frame: ClientFrame,
  event: string,
  data: unknown,
): void {
  const text = connection.codec.encodeReply(event, data, frame.id);
  if (text !== undefined) connection.send(new OutboundFrame(text));
}

export function sendError(
  connection: Connection,
  exception: unknown,
  id?: ClientFrame['id'],
): void {
  const { data, fault } = reportOf(exception);
  if (fault) logFault(exception);
  connection.send(new OutboundFrame(connection.codec.encodeError(data, id)));
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
