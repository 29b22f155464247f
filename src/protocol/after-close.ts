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
  if (isTransient(code)) return 'reconnect';
  if (isHundred(code, 44)) return 'final';
  return MISTAKEN.includes(code) ? 'mistaken' : 'done';
}

/** Whether a client reconnects with back-off after a close with this code. */
export function isTransient(code: number): boolean {
  return isHundred(code, 45) || TRANSIENT.includes(code);
}

// Numbers and not `CloseCode`: a client carries this file, and would carry all of them.

/** The end went away, broke, failed or restarts; 1013 and 1014 are of the IANA registry. */
const TRANSIENT: readonly number[] = [1001, 1006, 1011, 1012, 1013, 1014];

/** RFC 6455 or a limit was broken. */
const MISTAKEN: readonly number[] = [1002, 1003, 1007, 1008, 1009, 1010];

function isHundred(code: number, hundred: number): boolean {
  return Math.floor(code / 100) === hundred;
}
