import { ErrorCode } from './codes.js';

/** RFC 9110, section 15, and RFC 6585, section 4. */
const STATUSES: Readonly<Record<ErrorCode, number>> = {
  [ErrorCode.AUTH_REQUIRED]: 401,
  [ErrorCode.AUTH_FAILED]: 401,
  [ErrorCode.AUTH_EXPIRED]: 401,
  [ErrorCode.AUTH_TIMEOUT]: 408,
  [ErrorCode.BAD_FRAME]: 400,
  [ErrorCode.UNKNOWN_EVENT]: 400,
  [ErrorCode.VALIDATION_FAILED]: 400,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.CONFLICT]: 409,
  [ErrorCode.PAYLOAD_TOO_LARGE]: 413,
  [ErrorCode.RATE_LIMITED]: 429,
  [ErrorCode.CONNECTION_LIMIT]: 429,
  [ErrorCode.CONNECTION_LIMIT_UNSURE]: 503,
  [ErrorCode.OFFLINE]: 404,
  [ErrorCode.TIMEOUT]: 504,
  [ErrorCode.REJECTED]: 409,
  [ErrorCode.UNAVAILABLE]: 503,
  [ErrorCode.INTERNAL]: 500,
};

const STATUS_OF = new Map<string, number>(Object.entries(STATUSES));

/** The HTTP status that says the same as a code; 400 for a code of the application's own. */
export function httpStatusOf(code: string): number {
  return STATUS_OF.get(code) ?? 400;
}
