import type { Type } from '@nestjs/common';
import type { HistoryKeeper } from '../history/history.js';
import {
  checkTotals,
  historyOptions,
  type CheckedHistoryOptions,
  type HistoryOptions,
} from '../history/history.options.js';
import { checkOptions } from '../options/check-options.js';
import type { Checked, OptionTable } from '../options/option-table.js';
import { instanceWith, partWith, whole } from '../options/rules.js';
import { isObject } from '../protocol/is-object.js';
import type { UndeliveredHandler } from './undelivered/undelivered-handler.js';

/** Of messages that are retained: how much is kept, by whom, and how clients come to it. */
export interface PushHistoryOptions extends HistoryOptions {
  /**
   * What keeps the messages.
   *
   * @default the engine: MemoryEngine in this process, RedisEngine in its Redis
   */
  store?: HistoryKeeper | undefined;

  /**
   * Messages that a client which was away may recover; of more it is told `too-many`, and loads
   * its state anew. Text clients, which cannot be told, get all that is kept.
   *
   * @default 1_000 messages
   */
  maxRecovered?: number | undefined;

  /**
   * Within so long each node compares where it stands in the stream of each uid that is here with
   * the history, and delivers what was lost on the way. Half of `ttl` if that is less.
   *
   * @default 25_000 ms
   */
  checkInterval?: number | undefined;

  /**
   * Is handed messages that no device acknowledged within their `undeliveredAfter`: an instance, or
   * a class that Nest constructs. Nodes without one leave them to those that have one.
   *
   * @default none
   */
  undeliveredHandler?: UndeliveredHandler | Type<UndeliveredHandler> | undefined;

  /**
   * How often a node looks for messages that are undelivered, if it has an `undeliveredHandler`, or
   * `undelivered$` is subscribed to on it. A third of `undeliveredLease` if that is less.
   *
   * @default 1_000 ms
   */
  undeliveredInterval?: number | undefined;

  /**
   * Undelivered messages that a node handles at once.
   *
   * @default 16 messages
   */
  maxUndelivered?: number | undefined;
}

/** Of messages: what is kept, repeats, requests and receipts. */
export interface DeliveryOptions {
  /**
   * Switches on retained messages, recovery and acknowledgements; `{}` for the defaults.
   *
   * @default none: every message is sent at most once, and nothing is kept
   */
  history?: PushHistoryOptions | undefined;

  /**
   * Uids that one message may name, in the list of a client, of a request to the push API or of
   * `sendToUids`. More are refused with VALIDATION_FAILED: send several messages, or to a group.
   *
   * @default 1_000 uids
   */
  maxRecipients?: number | undefined;

  /**
   * Within so long a send that comes again under its `idempotencyKey` is answered as the first time,
   * and not sent again. With several nodes, the same on each.
   *
   * @default 600_000 ms (ten minutes)
   */
  idempotencyWindow?: number | undefined;

  /**
   * A send under a key has so long to be done. Repeats wait for it meanwhile; if its node has died,
   * the next one after that sends. More than your engine's calls may take.
   *
   * @default 10_000 ms
   */
  idempotencyLease?: number | undefined;

  /**
   * Requests of this node that may wait for answers at once, and sends that may wait for receipts;
   * one more of either is refused with RATE_LIMITED.
   *
   * @default 10_000 requests
   */
  maxPendingRequests?: number | undefined;

  /**
   * Answers that wait for those of other devices, in requests of this node with the policy `all`,
   * may take so much memory together, counted as JSON and 200 bytes for each; the request that
   * gets one more fails with RATE_LIMITED.
   *
   * @default 67_108_864 bytes (64 MiB)
   */
  maxAnswerBytes?: number | undefined;

  /**
   * For the answers to a request, or the receipts of a send, where the call names no `timeout`.
   *
   * @default 10_000 ms
   */
  requestTimeout?: number | undefined;
}

export const deliveryOptions = {
  history: {
    rule: { allowed: 'an object with options of the history, or none', accepts: isObject },
  },
  maxRecipients: { default: 1_000, rule: whole('uids', 1) },
  idempotencyWindow: { default: 600_000, rule: whole('milliseconds', 1) },
  idempotencyLease: { default: 10_000, rule: whole('milliseconds', 1) },
  maxPendingRequests: { default: 10_000, rule: whole('requests', 1) },
  maxAnswerBytes: { default: 64 * 1024 * 1024, rule: whole('bytes', 1_024, Infinity) },
  requestTimeout: { default: 10_000, rule: whole('milliseconds', 1) },
} satisfies OptionTable<DeliveryOptions>;

/** Where the checked options are injected. */
export const DELIVERY_OPTIONS = Symbol('DeliveryOptions');
export type CheckedDeliveryOptions = Checked<DeliveryOptions, typeof deliveryOptions>;

const pushHistoryOptions = {
  ...historyOptions,
  store: { rule: instanceWith('history', 'a HistoryKeeper') },
  maxRecovered: { default: 1_000, rule: whole('messages', 1) },
  checkInterval: { default: 25_000, rule: whole('milliseconds', 10) },
  undeliveredHandler: {
    rule: partWith('handle', 'an UndeliveredHandler, or a class of one'),
  },
  undeliveredInterval: { default: 1_000, rule: whole('milliseconds', 10) },
  maxUndelivered: { default: 16, rule: whole('messages', 1, 10_000) },
} satisfies OptionTable<PushHistoryOptions>;

/** Each of them has a default but the store and the handler. */
export type CheckedPushHistoryOptions = CheckedHistoryOptions &
  Checked<PushHistoryOptions, typeof pushHistoryOptions>;

/** @throws Error that names the broken option and what is allowed */
export function checkPushHistoryOptions(given: PushHistoryOptions): CheckedPushHistoryOptions {
  return checkTotals(checkOptions('PushModule history', pushHistoryOptions, given));
}

/** Those that are the store's. */
export function storeOptionsOf({
  maxLength,
  maxBytes,
  ttl,
  maxTotalBytes,
  maxStreams,
  maxDevices,
  maxNotes,
  undeliveredLease,
}: CheckedPushHistoryOptions): CheckedHistoryOptions {
  const bytes = { maxBytes, maxTotalBytes };
  return { maxLength, ...bytes, ttl, maxStreams, maxDevices, maxNotes, undeliveredLease };
}
