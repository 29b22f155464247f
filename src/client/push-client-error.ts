import type { ErrorCode } from '../protocol/codes.js';
import type { ErrorData } from '../protocol/frames.js';
import type { FieldError } from '../protocol/field-error.js';

/** Codes that the client itself gives, beside those of the server's `error` frames. */
export type ClientErrorCode =
  /** There is no connection, and this client does not queue. Nothing was sent. */
  | 'OFFLINE'
  /** There is no connection, and as many frames as `queue` allows wait. Nothing was sent. */
  | 'QUEUE_FULL'
  /** The connection broke after the frame was sent and before its answer came. */
  | 'OUTCOME_UNKNOWN'
  /** No answer came within `replyTimeout`; it may have happened all the same. */
  | 'TIMEOUT'
  /** The client is closed, or another user has signed in: it was not sent. */
  | 'CLOSED'
  /** `auth` gave no credential, its error is the `cause`. It is asked again. */
  | 'AUTH_UNAVAILABLE'
  /** A listener of the application failed, its error is the `cause`. */
  | 'LISTENER_FAILED'
  /** The position could not be read or kept, the storage's error is the `cause`. */
  | 'STORAGE_FAILED'
  /** More messages than `maxWaiting` wait to be handled. */
  | 'OVERFLOW'
  /** The message is not retained, or its stream is no more: it cannot be acknowledged. */
  | 'STALE';

/** What this client rejects with, and tells `error` listeners. Compare `code`. */
export class PushClientError extends Error {
  declare readonly name: 'PushClientError';
  declare readonly code: ClientErrorCode | ErrorCode | (string & {});
  /** With VALIDATION_FAILED: each broken field. */
  declare readonly details?: readonly FieldError[];

  constructor(
    code: PushClientError['code'],
    message: string,
    details?: readonly FieldError[],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PushClientError';
    this.code = code;
    this.details = details;
  }
}

/** An error of the client's own. */
export function failure(
  code: ClientErrorCode | ErrorCode,
  message: string,
  cause?: unknown,
): PushClientError {
  return new PushClientError(code, message, undefined, { cause });
}

/** What waits for a client that its application has closed is told this. */
export const closed = (cause?: unknown): PushClientError =>
  failure('CLOSED', 'The client is closed.', cause);

/** A message that cannot be acknowledged, or not any more. */
export const stale = (): PushClientError => failure('STALE', 'This message is not retained.');

/** The error that a server's `error` frame tells. */
export function refusal(data: unknown): PushClientError {
  const { code, message, details } = data as ErrorData;
  return new PushClientError(code, message, details);
}
