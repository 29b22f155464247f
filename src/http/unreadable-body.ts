import {
  BadRequestException,
  HttpStatus,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';

const JSON_TYPE = /^application\/json *(;|$)/i;

/** Stands where the parsed body would, until the request's turn in Nest comes to be refused. */
export class UnreadableBody {
  constructor(readonly reason: unknown) {}
}

export function isJson(headers: IncomingHttpHeaders): boolean {
  return JSON_TYPE.test(headers['content-type'] ?? '');
}

/**
 * A parser's error as Nest's usual one. Parsers quote the body in their messages, these do not.
 * What is not the fault of the body stays as it is.
 */
export function toBodyError(error: unknown, bodyLimit: number): unknown {
  switch (statusOf(error)) {
    case HttpStatus.PAYLOAD_TOO_LARGE:
      return new PayloadTooLargeException(`The body is larger than ${bodyLimit} bytes.`);
    case HttpStatus.UNSUPPORTED_MEDIA_TYPE:
      return new UnsupportedMediaTypeException('Send the body as application/json in UTF-8.');
    case HttpStatus.BAD_REQUEST:
      return new BadRequestException(['body must be valid JSON without a key "__proto__"']);
    default:
      return error;
  }
}

/** The status that parsers of Express and Fastify put on their errors. */
function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode;
}
