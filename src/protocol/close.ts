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
  return value === CloseCode.NORMAL || (Number.isInteger(value) && isWithin(value, 3000, 4999));
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

/** What a client does after its connection was closed. */
export type AfterClose =
  /** Reconnects with back-off. */
  | 'reconnect'
  /** Does not come back with the same credentials. */
  | 'final'
  /** Is wrong, or its configuration is: what it sent must not be sent again. */
  | 'mistaken'
  /** Was closed on purpose, and does not come back by itself. */
  | 'done';

/**
 * What a client does after a close with this code; PROTOCOL.md, "Reconnecting". By ranges, so
 * that codes which are added later need no change in a client.
 */
export function afterClose(code: number): AfterClose {
  if (isWithin(code, 4400, 4499)) return 'final';
  if (isWithin(code, 4500, 4599) || TRANSIENT.has(code)) return 'reconnect';
  if (isWithin(code, 1007, 1010) || code === 1002 || code === 1003) return 'mistaken';
  return 'done';
}

/** The end went away, broke, failed or restarts; 1013 and 1014 are of the IANA registry. */
const TRANSIENT: ReadonlySet<number> = new Set([
  CloseCode.GOING_AWAY,
  CloseCode.ABNORMAL,
  CloseCode.INTERNAL_ERROR,
  CloseCode.SERVICE_RESTART,
  1013,
  1014,
]);

function isWithin(code: number, least: number, most: number): boolean {
  return code >= least && code <= most;
}
