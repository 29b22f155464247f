import { createParamDecorator, type ArgumentsHost, type ExecutionContext } from '@nestjs/common';
import type { Connection as RegisteredConnection } from '../../registry/connection.js';
import { FrameContext } from '../frames/frame-context.js';

/**
 * Arguments that a handler on our path is called with: client, data, event, context, pattern.
 * Nest reads the first two and the last; the context travels between them.
 */
const CONTEXT_ARGUMENT = 3;

/** The frame that a guard, pipe, interceptor or filter is called for; undefined elsewhere. */
export function frameContextOf(host: ArgumentsHost): FrameContext | undefined {
  const context: unknown = host.getArgByIndex(CONTEXT_ARGUMENT);
  return context instanceof FrameContext ? context : undefined;
}

/**
 * The connection that a frame came from, for guards and interceptors of handlers that share
 * the socket.
 *
 * @throws Error in a handler that is not on the push socket
 */
export function connectionOf(host: ArgumentsHost): RegisteredConnection {
  const context = frameContextOf(host);
  if (context === undefined) {
    throw new Error(
      'There is no push connection here: the handler is not on the path of PushModule.',
    );
  }
  return context.connection;
}

/**
 * The connection that a frame came from, and what is known of it.
 *
 * @interface
 */
export type Connection = RegisteredConnection;

/** Parameter of a message handler: the connection that the frame came from. */
export const Connection = createParamDecorator((_: unknown, context: ExecutionContext) =>
  connectionOf(context),
);

/** Parameter of a message handler: the uid of the sender. */
export const Uid = createParamDecorator(
  (_: unknown, context: ExecutionContext) => connectionOf(context).uid,
);
