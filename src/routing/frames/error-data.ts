import { HttpException, HttpStatus } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { ErrorCode } from '../../protocol/codes.js';
import type { ErrorData } from '../../protocol/frames.js';
import type { FieldError } from '../../protocol/field-error.js';
import { PushException } from '../../protocol/push.exception.js';

const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  [HttpStatus.BAD_REQUEST]: ErrorCode.VALIDATION_FAILED,
  [HttpStatus.UNAUTHORIZED]: ErrorCode.AUTH_REQUIRED,
  [HttpStatus.FORBIDDEN]: ErrorCode.FORBIDDEN,
  [HttpStatus.NOT_FOUND]: ErrorCode.NOT_FOUND,
  [HttpStatus.CONFLICT]: ErrorCode.CONFLICT,
  [HttpStatus.PAYLOAD_TOO_LARGE]: ErrorCode.PAYLOAD_TOO_LARGE,
  [HttpStatus.UNPROCESSABLE_ENTITY]: ErrorCode.VALIDATION_FAILED,
  [HttpStatus.TOO_MANY_REQUESTS]: ErrorCode.RATE_LIMITED,
  [HttpStatus.SERVICE_UNAVAILABLE]: ErrorCode.UNAVAILABLE,
};

const FORBIDDEN_BY_GUARD = 'Forbidden resource';
const STABLE_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
export const INTERNAL: ErrorData = {
  code: ErrorCode.INTERNAL,
  message: 'The server could not handle this frame.',
};

/** What a client is told of an exception, and whether the server's log must hear of it. */
export interface ErrorReport {
  readonly data: ErrorData;
  /** True for a fault of the server; a client's mistake leaves no trace in the log. */
  readonly fault: boolean;
}

/** The one place where exceptions become codes of the protocol. */
export function reportOf(exception: unknown): ErrorReport {
  if (exception instanceof PushException) return ofPushException(exception);
  if (exception instanceof HttpException) return ofHttpException(exception);
  if (exception instanceof WsException) return { data: ofWsException(exception), fault: false };
  return { data: INTERNAL, fault: true };
}

function ofPushException({ code, message, details }: PushException): ErrorReport {
  return { data: { code, message, ...(details && { details }) }, fault: false };
}

function ofHttpException(exception: HttpException): ErrorReport {
  const status = exception.getStatus();
  if (status >= 500 && status !== Number(HttpStatus.SERVICE_UNAVAILABLE)) {
    return { data: INTERNAL, fault: true };
  }
  const code = CODE_OF_STATUS[status] ?? ErrorCode.REJECTED;
  const messages = messagesOf(exception.getResponse());
  if (messages === undefined) return { data: { code, message: exception.message }, fault: false };
  const message = 'The data of the frame is not valid; "details" names each broken field.';
  return { data: { code, message, details: byField(messages) }, fault: false };
}

/** Nest's ValidationPipe answers with a list of sentences, each beginning with the field. */
function messagesOf(response: string | object): string[] | undefined {
  const message: unknown =
    typeof response === 'object' && 'message' in response && response.message;
  return Array.isArray(message) ? message.map(String) : undefined;
}

function byField(messages: readonly string[]): FieldError[] {
  const fields = new Map<string, string[]>();
  for (const message of messages) {
    const field = fieldOf(message);
    fields.set(field, [...(fields.get(field) ?? []), message]);
  }
  return Array.from(fields, ([field, errors]) => ({ field, errors }));
}

function fieldOf(message: string): string {
  const words = message.split(' ');
  return (words[0] === 'property' ? words[1] : words[0]) ?? 'data';
}

function ofWsException(exception: WsException): ErrorData {
  const error = exception.getError();
  if (typeof error === 'string') {
    const code = error === FORBIDDEN_BY_GUARD ? ErrorCode.FORBIDDEN : ErrorCode.REJECTED;
    return { code, message: error };
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' && STABLE_CODE.test(code) ? code : ErrorCode.REJECTED,
    message: typeof message === 'string' ? message : 'The server refused this frame.',
  };
}
