import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ErrorCode } from '../protocol/codes.js';
import type { FieldError } from '../protocol/field-error.js';
import type { PushException } from '../protocol/push.exception.js';

/** The HttpException for a `PushException`: Nest's usual body, and the `code` in it. */
export function toHttpException(
  exception: PushException,
  statusCode = exception.statusCode,
): HttpException {
  const { code } = exception;
  const body = { statusCode, code, message: messageOf(exception), error: STATUS_CODES[statusCode] };
  return new HttpException(body, statusCode, { cause: exception });
}

/** With broken fields a list, as Nest's ValidationPipe answers. */
function messageOf({ code, message, details }: PushException): string | string[] {
  if (code !== ErrorCode.VALIDATION_FAILED) return message;
  return details?.flatMap(sentences) ?? [message];
}

/** Each broken rule as a sentence that begins with the field. */
function sentences({ field, errors }: FieldError): string[] {
  return errors.map((error) => (error.startsWith(field) ? error : `${field}: ${error}`));
}
