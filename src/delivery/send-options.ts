import type { SendResult, StreamPosition } from '../protocol/frames.js';
import type { Receipt } from './receipts/receipt-options.js';

/** Of every send. */
export interface PlainSendOptions {
  /** Uids and connectionIds that do not get the message. Does not change `nodes`. */
  except?: string | readonly string[] | undefined;
  /**
   * Names what is sent, for those who may send it again because they do not know what became of
   * it: a string of 1 to 255 characters. It is sent once, whichever node is asked; a repeat within
   * `idempotencyWindow` answers what the first one did, with `repeated`.
   */
  idempotencyKey?: string | undefined;
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
  retain?: boolean | { ttl: number } | undefined;
  /** `first-ack`: the first device that acknowledges the message takes it from the others. */
  settle?: 'first-ack' | undefined;
  /**
   * Milliseconds within which a device is to acknowledge the message; else it is undelivered, and
   * handed to the `undeliveredHandler` of the options and to `undelivered$`.
   */
  undeliveredAfter?: number | undefined;
  /**
   * Answers when it is known that the message was `written`, handed to the socket of a device, or
   * `acked`, acknowledged by one: `receipts` tell of each device that was online or came meanwhile.
   * When nobody is online, or time is up, it answers as well: look at their states.
   */
  receipt?: 'written' | 'acked' | undefined;
  /**
   * With `receipt`: whether one device is enough, or all that are online are waited for. Not for
   * those that have gone, nor for an acknowledgement of a text client, which can give none.
   *
   * @default 'any'
   */
  quorum?: 'any' | 'all' | undefined;
  /**
   * With `receipt`: milliseconds.
   *
   * @default the option `requestTimeout` of PushModule, 10_000 ms
   */
  timeout?: number | undefined;
}

/** What became of a send. */
export interface PlainSendOutcome extends SendResult {
  /** There if this had been sent before under its `idempotencyKey`, and was not sent again. */
  repeated?: true;
}

/** What became of a send that may be retained: to a single uid it has its place in the stream. */
export interface SendOutcome extends PlainSendOutcome, Partial<StreamPosition> {
  /** There if a `receipt` was asked for. */
  receipts?: Receipt[];
}
