import type { Except } from '../../engine/target.js';
import type { StreamPosition } from '../../protocol/frames.js';
import type { Message } from '../../protocol/message.js';
import type { Connection } from '../../registry/connection.js';
import type { Report } from './report.js';
import { Catchup } from './catchup.js';

/** Messages that wait for those before them at most; what is beyond is read from the history. */
const MAX_WAITING = 64;

/** A message that has come, and has its place. */
export interface Arrival {
  readonly message: Message;
  readonly except?: Except;
  /** When it was appended, if it was read; else it is new. */
  readonly at?: number;
}

/**
 * Where this node stands in the stream of a uid that is here. There is one for everybody who is
 * here: what is not needed is null.
 */
export class UidStream {
  /** Undefined until the history has said where the stream ends. */
  epoch: string | undefined = undefined;
  /** Everything up to there has been handed over. */
  offset = 0;
  /** Where it was when the node began with this epoch. */
  first = 0;
  /** Whether what is missing is being read. */
  isReading = false;
  /** Connections that get what they missed, or are ahead of this node. */
  catchups: Map<Connection, Catchup> | null = null;
  /** Of messages whose senders wait to hear what becomes of them. */
  reports: Map<number, Report> | null = null;
  /** The highest offset that is known to exist. */
  private known = 0;
  private waiting: Map<number, Arrival> | null = null;
  /** Epochs of those that were settled before they were handed over, by their offsets. */
  private settled: Map<number, string> | null = null;

  constructor(readonly uid: string) {}

  get position(): StreamPosition | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, offset: this.offset };
  }

  /** Whether there are messages that this node has not got. */
  get isBehind(): boolean {
    return this.offset < this.known;
  }

  /** The stream is known to reach so far. */
  expect(offset: number): void {
    if (offset > this.known) this.known = offset;
  }

  /** Everything up to there has been handed over, or is not to be. */
  passTo(offset: number): void {
    if (offset <= this.offset) return;
    this.offset = offset;
    this.expect(offset);
    this.waiting = without(this.waiting, offset);
    this.settled = without(this.settled, offset);
    this.tidyCatchups();
  }

  /** The connection is to get what it missed before what comes. */
  beginCatchup(connection: Connection): Catchup {
    const catchup = new Catchup();
    (this.catchups ??= new Map<Connection, Catchup>()).set(connection, catchup);
    return catchup;
  }

  /** It gets nothing of what it missed. */
  endCatchup(connection: Connection): void {
    if (this.catchups?.delete(connection) === true && this.catchups.size === 0) {
      this.catchups = null;
    }
  }

  /** Forgets those that have gone, and those that have what they missed and are not ahead. */
  tidyCatchups(): void {
    if (this.catchups === null) return;
    for (const [connection, { isHolding, after }] of this.catchups) {
      if (connection.isGone || (!isHolding && after <= this.offset)) {
        this.catchups.delete(connection);
      }
    }
    if (this.catchups.size === 0) this.catchups = null;
  }

  /** Keeps a message until its turn comes. */
  keep(arrival: Arrival): void {
    const { offset } = arrival.message.position!;
    const waiting = (this.waiting ??= new Map<number, Arrival>());
    waiting.set(offset, arrival);
    if (waiting.size > MAX_WAITING) waiting.delete(Math.max(...waiting.keys()));
    this.expect(offset);
  }

  /** The message whose turn has come, if it is here. */
  next(): Arrival | undefined {
    return this.waiting?.get(this.offset + 1);
  }

  /** Not to be handed over, if it has not been. */
  settle({ epoch, offset }: StreamPosition): void {
    const isAhead = epoch === this.epoch && offset > this.offset;
    if (this.epoch !== undefined && !isAhead) return;
    (this.settled ??= new Map<number, string>()).set(offset, epoch);
  }

  isSettled(offset: number): boolean {
    return this.settled?.has(offset) === true;
  }

  /**
   * The node begins here: behind what was there before it listened, and so before the first
   * message that has come since.
   */
  begin({ epoch, offset }: StreamPosition): void {
    const ours = [...(this.waiting ?? [])].filter(
      ([, { message }]) => message.position!.epoch === epoch,
    );
    const offsets = ours.map(([at]) => at);
    this.epoch = epoch;
    this.known = Math.max(offset, ...offsets);
    this.offset = this.first = Math.min(offset + 1, ...offsets) - 1;
    this.waiting = ours.length === 0 ? null : new Map(ours);
    // What was settled in another epoch is another message.
    for (const [at, name] of this.settled ?? []) if (name !== epoch) this.settled!.delete(at);
    this.settled = without(this.settled, this.offset);
  }
}

function without<C extends Pick<Map<number, unknown>, 'keys' | 'delete' | 'size'>>(
  collection: C | null,
  upTo: number,
): C | null {
  if (collection === null) return null;
  for (const offset of collection.keys()) if (offset <= upTo) collection.delete(offset);
  return collection.size === 0 ? null : collection;
}
