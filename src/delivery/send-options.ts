import type { SendResult, StreamPosition } from '../protocol/frames.js';

/** Of every send. */
export interface PlainSendOptions {
  /** Uids and connectionIds that do not get the message. Does not change `nodes`. */
  except?: string | readonly string[];
}

/**
 * Of a send to a uid, to uids or to a group. Any of those below `except` has the message
 * **retained**: it is appended to the stream of each uid, online or not, and delivered from there.
 * That needs the option `history` of PushModule. A uid in `except` does not get it into its stream
 * and does not count in `nodes` then.
 */
export interface SendOptions extends PlainSendOptions {
  /**
   * Keeps the message for those who are away, or miss it. `ttl`: milliseconds after which it is
   * not delivered any more; the history's own `ttl` is the default, and the most.
   */
  retain?: boolean | { ttl: number };
  /** `first-ack`: the first device that acknowledges the message takes it from the others. */
  settle?: 'first-ack';
}

/** What became of a send. A retained one to a single uid has its place in the uid's stream. */
export interface SendOutcome extends SendResult, Partial<StreamPosition> {}
