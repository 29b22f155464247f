import { CloseCode } from './codes.js';

/** How a connection is to be closed. */
export interface CloseRequest {
  readonly code: number;
  readonly reason: string;
}

/** What the oldest connection of a uid is closed with when a newer one takes its place. */
export const REPLACED: CloseRequest = {
  code: CloseCode.REPLACED,
  reason: 'replaced by a newer connection',
};

/** Longest reason of a close frame, in bytes of UTF-8 (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

/** Whether an application may close with this code (RFC 6455, section 7.4). */
export function isCloseCode(value: unknown): value is number {
  if (typeof value !== 'number') return false;
  return value === CloseCode.NORMAL || (Number.isInteger(value) && value >= 3000 && value <= 4999);
}

/** Whether a close frame can carry this reason. */
export function isCloseReason(value: unknown): value is string {
  // A code unit is at least one byte: what is too long in them need not be encoded to know.
  return (
    typeof value === 'string' &&
    value.length <= MAX_REASON_BYTES &&
    new TextEncoder().encode(value).length <= MAX_REASON_BYTES
  );
}

export const CLOSE_CODE_RULE = `${CloseCode.NORMAL} or a whole number from 3000 to 4999`;
export const CLOSE_REASON_RULE = `a string of at most ${MAX_REASON_BYTES} bytes in UTF-8`;
