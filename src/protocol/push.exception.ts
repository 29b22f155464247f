import { ErrorCode } from './codes.js';
import type { FieldError } from './field-error.js';
import type { FrameId } from './frames.js';
import { httpStatusOf } from './http-status.js';

/**
 * The error of this package: thrown by the push API and turned into `error` frames for clients.
 * `code` is stable, `message` is one English sentence that says what to do.
 */
export class PushException extends Error {
  override readonly name = 'PushException';

  constructor(
    readonly code: ErrorCode | (string & {}),
    message: string,
    readonly details?: readonly FieldError[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /**
   * The HTTP status that says the same as the code: 400 for VALIDATION_FAILED and for a code of
   * the application's own, 503 for UNAVAILABLE. It is here, with the two members below, as the
   * errors of `http-errors` have them, which Express, Fastify and Nest know.
   */
  get statusCode(): number {
    return httpStatusOf(this.code);
  }

  /** The same under the other name that those have. */
  get status(): number {
    return this.statusCode;
  }

  /** Whether the message may be shown to a caller. */
  get expose(): boolean {
    return this.code !== ErrorCode.INTERNAL;
  }
}

/** A frame that a codec refuses; knows the frame's `id` when that much could be read. */
export class FrameException extends PushException {
  constructor(
    code: ErrorCode,
    message: string,
    readonly frameId?: FrameId,
    options?: ErrorOptions,
  ) {
    super(code, message, undefined, options);
  }
}

/** A frame that is not of the protocol. */
export class BadFrameException extends FrameException {
  constructor(message: string, frameId?: FrameId) {
    super(ErrorCode.BAD_FRAME, message, frameId);
  }
}
