import type { Recover, RecoveryFailure, SettledData, StreamPosition } from '../protocol/frames.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import type { CheckedHistoryOptions } from './history.options.js';

/** Where the history is injected; null where there is none. */
export const HISTORY = Symbol('History');

/**
 * The seam between this node and what is kept. The engine carries messages to whoever is here;
 * the history keeps those that were sent to be retained, for whoever comes later. Per uid there
 * is one **stream** of messages. The promises, held by `test/contract/history.contract.ts` for
 * every implementation:
 *
 * - Offsets of a stream are 1, 2, 3 … without holes and without doubles, whichever nodes append.
 * - A stream's **epoch** names its life. Whoever has a position of this epoch can trust its
 *   offset; when data was lost, or a stream died and began anew, the epoch is another one.
 * - What was appended is carried to all nodes that hold a connection of the uid, as a `Message`
 *   that knows its position. Messages of one sender to one uid arrive in the order of the calls,
 *   those that are appended and those that are only published. Two senders' messages may arrive
 *   in another order than that of their offsets, and a message may fail to arrive: a node that
 *   sees a hole reads it.
 * - What is read has no hole either: it is all that is kept after a position, or a failure. Not in
 *   it, and no hole, are messages that were **settled** or that have outlived their own `ttl`.
 * - Cursors never go back, and of those who acknowledge a message that the first acknowledgement
 *   settles exactly one wins.
 * - What is kept is bounded in every direction by `HistoryOptions`, and goes away by itself.
 * - What can't be reached is a `PushException` UNAVAILABLE, within a bounded time. A call that
 *   failed may have been executed, and is never repeated by itself.
 *
 * Methods may answer synchronously, and do where they need not wait. Times are milliseconds since
 * 1970 by the clock of whoever keeps the stream.
 */
export interface History {
  /** Called once, after the engine was started and before anything else. */
  start(listener: HistoryListener): MaybePromise<void>;
  /** Called once, before the engine is stopped. What is kept stays. */
  stop(): MaybePromise<void>;

  /**
   * Somebody of the uid is here. The stream begins if there is none, so that the position that is
   * answered is one from which its messages can be missed. What was missed until now comes in the
   * same round trip if it is asked for, a page at most.
   */
  open(uid: string, request: OpenRequest): MaybePromise<Opened>;

  /**
   * Where the streams of many uids end, in the order of the argument: how a node finds out that it
   * missed something. Streams are begun and kept alive as by `open`. `known` is where the node
   * stands, if it does: a stream that ends before that has lost messages, because its data went
   * back to an earlier state, and begins anew.
   */
  tops(uids: readonly KnownStream[]): MaybePromise<StreamPosition[]>;

  /**
   * Appends the message to the stream of each uid, of which none may stand there twice, and has it
   * carried.
   *
   * @throws PushException PAYLOAD_TOO_LARGE when it is larger than all that may be kept of a uid
   */
  append(
    uids: readonly string[],
    message: Message,
    options?: AppendOptions,
  ): MaybePromise<Appended>;

  /**
   * What comes after a position: a page of at most `limit` messages, fewer if they are large.
   */
  read(uid: string, after: StreamPosition, limit: number): MaybePromise<ReadResult>;

  /**
   * A device has seen everything up to there. Its cursor moves, unless it was there already, and
   * messages on its way that the first acknowledgement settles are settled, all in one step.
   */
  ack(uid: string, by: Acknowledger, upTo: StreamPosition): MaybePromise<AckResult>;

  /** Messages were handed to sockets: any number of notes of any uids. */
  written(notes: readonly WrittenNote[]): MaybePromise<void>;

  /** What is kept of the uid after an offset, whatever its state, undefined if it has no stream. */
  messages(uid: string, after: number, limit: number): MaybePromise<Listing | undefined>;

  /**
   * What became of a message: of each uid that it was appended for and that still keeps it, at most
   * `limit`; of one uid alone if it is given.
   */
  explain(id: string, query: ExplainQuery): MaybePromise<Explanation[]>;

  /**
   * Messages that nobody acknowledged within their `undeliveredAfter`, at most `limit`. They are
   * nobody else's for `undeliveredLease`, and again everybody's afterwards, unless
   * `undeliveredDone` was called. A message that its stream had to let go earlier is still here;
   * one that went because of `maxTotalBytes` need not be, nor one that was due a `ttl` ago.
   */
  claimUndelivered(limit: number): MaybePromise<Undelivered[]>;
  /** The lease begins anew: whoever claimed them is alive and still at it. */
  keepUndelivered(claimed: readonly Undelivered[]): MaybePromise<void>;
  /** They have been handed over, and nobody claims them again. */
  undeliveredDone(claimed: readonly Undelivered[]): MaybePromise<void>;
}

/** Whom a history calls back. */
export interface HistoryListener {
  /**
   * What keeps the streams of these uids was away and is back: this node may have missed messages,
   * and data may have been lost. Positions are to be checked soon, spread over some time.
   */
  doubted(concerns: (uid: string) => boolean): void;
}

/** Makes histories: an engine that can keep as well as carry, or a store of another kind. */
export interface HistoryKeeper {
  /**
   * The history of this node. `carrier` is the engine: a store that is another thing publishes
   * each message through it when it is appended, with its position.
   */
  history(options: CheckedHistoryOptions, carrier: Carrier): History;
}

/** What a store needs of an engine: a part of `Engine`. */
export interface Carrier {
  /** As `Engine.publish`, to one uid. */
  publish(
    target: { readonly kind: 'uid'; readonly uid: string },
    message: Message,
    except?: ReadonlySet<string>,
  ): MaybePromise<number>;
}

/** Who has come, and from where it wants what it missed. */
export interface OpenRequest {
  /** The name of the device, if it has one: whose cursor `unread` means. */
  readonly device?: string;
  readonly recover?: {
    /**
     * A position; or `unread`: the cursor of the device, without a name that of the uid; or
     * `unwritten`, for text connections: behind what any device has acknowledged and what was
     * written to a text connection, or the oldest that is kept if that was further back.
     */
    readonly from: Recover | 'unwritten';
    /** Messages in the first page. */
    readonly limit: number;
  };
}

/** Where the stream ends, and what was missed. */
export interface Opened {
  /** The end of the stream. */
  readonly top: StreamPosition;
  /** There if `recover` was asked. */
  readonly recovery?: ReadResult;
}

/** A stream, and where the node that asks stands in it. */
export interface KnownStream {
  readonly uid: string;
  readonly known?: StreamPosition;
}

/** How a message is kept. */
export interface AppendOptions {
  /**
   * Milliseconds after which the message is not delivered any more.
   *
   * @default the history's `ttl`, which is also the most
   */
  readonly ttl?: number;
  /** Whether the first acknowledgement takes it back from the other devices. */
  readonly settle?: boolean;
  /** Milliseconds within which a device is to acknowledge it: see `claimUndelivered`. */
  readonly undeliveredAfter?: number;
  /** ConnectionIds that do not get it. A uid that is not to get it is none of `uids`. */
  readonly except?: ReadonlySet<string>;
}

/** Where a message stands now. */
export interface Appended {
  /** Per uid where its message stands, in the order of the argument. */
  readonly positions: readonly StreamPosition[];
  /** How many nodes hold a connection of one of the uids. */
  readonly nodes: number;
}

/** A message as it is kept. */
export interface Kept {
  /** With its position. */
  readonly message: Message;
  /** When it was appended. */
  readonly at: number;
  readonly except?: ReadonlySet<string>;
}

/** Part of a stream. */
export interface Page {
  readonly ok: true;
  readonly top: StreamPosition;
  /** Behind which offset it begins. */
  readonly after: number;
  /** Without those that are settled or have outlived their ttl. */
  readonly messages: readonly Kept[];
  /** Up to which offset it goes; less than the top's if there is more to read. */
  readonly through: number;
}

/** There is no answer without a hole. `too-many` is the caller's to say: see `Page.after`. */
export interface ReadFailure {
  readonly ok: false;
  readonly top: StreamPosition;
  readonly reason: Exclude<RecoveryFailure, 'too-many'>;
}

/** A part of a stream, or why there is none. */
export type ReadResult = Page | ReadFailure;

/** Who acknowledges. */
export interface Acknowledger {
  readonly connectionId: string;
  /** Connections with the same device name share a cursor, those without one the uid's. */
  readonly device?: string;
}

/** The cursor has moved, or was there already. */
export interface Acknowledgement {
  /**
   * `conflict`: the message at that offset had been settled by another device, or by another
   * connection where they have no device names.
   */
  readonly outcome: 'acknowledged' | 'conflict';
  /** Where the cursor was. */
  readonly previous: number;
  readonly cursor: number;
  /** What this call settled, in order: to be taken off the other devices' screens. */
  readonly settled: readonly SettledData[];
}

/** What came of an acknowledgement. */
export type AckResult =
  | Acknowledgement
  /** `beyond`: the stream does not reach so far. `epoch`: it has begun anew. Nothing changed. */
  | { readonly outcome: 'beyond' | 'epoch' };

/** Messages `from` up to `to` were handed to the socket of a connection. */
export interface WrittenNote {
  readonly uid: string;
  readonly epoch: string;
  readonly connectionId: string;
  readonly device?: string;
  readonly from: number;
  readonly to: number;
  /**
   * It is a text connection, which can acknowledge nothing: being written counts instead, for
   * `unwritten` and for `undeliveredAfter`. It settles nothing.
   */
  readonly isText?: boolean;
}

/**
 * What has become of a message, the last that applies: it was `stored`; `written` to a connection;
 * it has `expired` by its own ttl; was handed over as `undelivered`; a device `acked` it, or the
 * first that did `settled` it.
 */
export type MessageState = 'stored' | 'written' | 'expired' | 'undelivered' | 'acked' | 'settled';

/** What is kept of a uid, and what became of it. */
export interface Listing {
  readonly top: StreamPosition;
  readonly messages: readonly (Kept & { readonly state: MessageState })[];
}

/** Of which uid, and of how many at most. */
export interface ExplainQuery {
  readonly uid?: string;
  readonly limit: number;
}

/** What became of a message for one uid. */
export interface Explanation {
  readonly id: string;
  readonly uid: string;
  readonly offset: number;
  /** When it was appended. */
  readonly at: number;
  readonly state: MessageState;
  /** The connections that it was written to, or that acknowledged it, as far as notes are kept. */
  readonly devices: readonly DeviceTrace[];
}

/** What is known of a message on one connection; times are milliseconds since 1970. */
export interface DeviceTrace {
  readonly connectionId: string;
  readonly device?: string;
  readonly writtenAt?: number;
  readonly ackedAt?: number;
}

/** A message that nobody acknowledged in time. */
export interface Undelivered extends Kept {
  readonly uid: string;
}
