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
  if (Math.floor(code / 100) === 44) return 'final';
  return MISTAKEN.includes(code) ? 'mistaken' : 'done';
}

/** Whether a client reconnects with back-off after a close with this code. */
export function isTransient(code: number): boolean {
  // The end went away, broke, failed or restarts; 1013 and 1014 are of the IANA registry.
  const isOfRfc = code === 1001 || code === 1006 || (code > 1010 && code < 1015);
  return isOfRfc || Math.floor(code / 100) === 45;
}

// Numbers and not `CloseCode`: a client carries this file, and would carry all of them.

/** RFC 6455 or a limit was broken. */
const MISTAKEN: readonly number[] = [1002, 1003, 1007, 1008, 1009, 1010];
