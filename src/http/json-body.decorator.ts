import {
  createParamDecorator,
  UnsupportedMediaTypeException,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { isJson, UnreadableBody } from './unreadable-body.js';

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
  if (!isJson(headers)) {
    throw new UnsupportedMediaTypeException('Send the body as application/json.');
  }
  if (body instanceof UnreadableBody) throw body.reason;
  return body;
});
