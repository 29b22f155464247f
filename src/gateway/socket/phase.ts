/** How far a socket has come. Their order is that of time: a socket only goes forward. */
export const enum Phase {
  /** Waits for its first message. */
  Fresh,
  /** Its first message is being looked at. */
  Authenticating,
  Open,
  /** Closing or closed: nothing is read or sent any more. */
  Closed,
}
