import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { bodyErrors } from './body-errors.js';
import { isJson } from './read-body.js';
import { UnreadableBody } from './unreadable-body.js';

interface ParsedRequest {
  headers: IncomingHttpHeaders;
  body?: unknown;
}

/**
 * Parameter of a handler: the parsed body. Unlike with `@Body()`, a global ValidationPipe of the
 * application keeps its hands off it: its options are for other DTOs, and with `whitelist` it
 * would take away unknown properties before they can be refused.
 */
export const JsonBody = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const { headers, body } = context.switchToHttp().getRequest<ParsedRequest>();
  if (body instanceof UnreadableBody) throw body.reason;
  // The parser of an adapter that is neither Express nor Fastify may have read something else.
  if (!isJson(headers)) throw bodyErrors.notJsonType();
  return body;
});
