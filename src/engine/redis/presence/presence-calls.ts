import { REPLACED } from '../../../protocol/close.js';
import type { ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Departure } from './departures.js';
import { encodeOrder } from '../channels/envelope.js';
import { PresenceEvents, type Contact, type Decision } from './presence-events.js';
import type { Claim, LastContact, Told } from './told.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { beat, depart, leave, place } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import { LONGEST_PAUSE } from '../servers/shards.js';

/** Changes in one step of Redis, which nothing else can interrupt: some milliseconds. */
export const BATCH = 500;

/** A connection came or went. */
export interface Change extends Registration {
  readonly kind: '+' | '-';
  readonly limit?: ConnectionLimit;
}

/** What became of a change. */
export type Outcome =
  | { readonly kind: 'refused'; readonly isFinal: boolean }
  | { readonly kind: 'placed'; readonly groups: readonly string[] }
  /** `ends`: when the offline delay of the uid ends, or 0 when none has begun. */
  | { readonly kind: 'gone'; readonly ends: number };

export function groupsIn(outcome: Outcome): readonly string[] {
  return outcome.kind === 'placed' ? outcome.groups : [];
}

export interface Placed {
  /** The step of Redis as of which they are: see `Memberships`. */
  readonly step: number;
  /** One per change. */
  readonly outcomes: readonly Outcome[];
  /** Emits what was decided. To be called once. */
  readonly announce: () => void;
}

/** What Redis answers to a connection that came: 1, or 0 or -1 when it is refused. */
type PlaceReply = [admitted: number, at: number, ...groups: string[]];

export interface Beat {
  /** Redis has other data than this node has restored: what it had is lost. */
  readonly isLost: boolean;
  /** Nobody has cleaned up after this node. */
  readonly isKnown: boolean;
  /** There is more to clean up. */
  readonly isMore: boolean;
  /** Events of calls whose answer was lost were emitted now. */
  readonly isMissed: boolean;
}

/** Which nodes were known with some data, and nobody had begun to clean up after. */
interface Witness {
  readonly epoch: string;
  readonly received: number;
  readonly nodes: readonly string[];
}

/** Of more of them in a row nobody tells who has missed them all. */
const MOST_LOSSES = 8;

/** What a node tells and asks Redis about who is here, in one shard. */
export class PresenceCalls {
  private readonly events: PresenceEvents;
  /** Lease, offline delay, patience and publishing command: what every script is told first. */
  private readonly terms: readonly string[];
  private readonly closeOrder: string;
  private readonly overdue: string;
  /** Names the data for which calls are meant. */
  private epoch = '';
  /** Names the data that the last beat has met. */
  private met = '';
  /** Names the data that knows all that this node holds: another one means that it was lost. */
  private restored = '';
  /** The last one with what was restored. */
  private contact: Contact = { sent: 0, received: 0, call: 0 };
  /** The last beat that was answered with what was restored. */
  private last: Witness | undefined;
  /** The last beats with what was lost since, the newest at the end. */
  private readonly past: Witness[] = [];

  constructor(
    private readonly shard: Shard,
    private readonly node: NodeHandler,
    private readonly told: Told,
    { leaseTime, offlineDelay }: CheckedRedisOptions,
  ) {
    // A node's lease ends, and another's beat finds that out, within leaseTime.
    const lease = Math.floor((leaseTime * 2) / 3);
    const times = [lease, offlineDelay, patienceAfterLoss(leaseTime)];
    this.terms = [...times.map(String), shard.publishCommand];
    this.events = new PresenceEvents(shard, node, told, lease);
    this.closeOrder = encodeOrder(node.node, { task: 'close', connection: '%s', ...REPLACED });
    // Time for the node that caused a departure to see to it itself.
    this.overdue = String(Math.floor(leaseTime / 2));
  }

  /**
   * The caller announces what came of it.
   *
   * @throws Refused
   */
  async place(changes: readonly Change[]): Promise<Placed> {
    const args = changes.flatMap(({ kind, connectionId, uid, limit }) =>
      kind === '-'
        ? [kind, connectionId, uid]
        : [kind, connectionId, uid, String(limit?.max ?? 0), limit?.beyond ?? 'refuse'],
    );
    const { reply, step, announce } = await this.runPlace(args);
    const outcomes = changes.map(({ kind, uid }, i) =>
      kind === '-' ? this.gone(uid, reply[i]) : this.placed(uid, reply[i]),
    );
    return { outcomes, step, announce };
  }

  /**
   * Redis has lost its data: tells what others had been told before. Answers when the offline
   * delay of each ends, or 0.
   *
   * @throws Refused
   */
  async claim(claims: readonly Claim[]): Promise<readonly number[]> {
    const args = claims.flatMap(({ uid, online, seq, epoch, sent }) => {
      const told = `${online ? '+' : '-'}${seq}`;
      return ['!', told, uid, String(ageOf(sent)), epoch];
    });
    const { reply, announce } = await this.runPlace(args);
    announce();
    return reply as number[];
  }

  /** When this node last was in contact with what it has restored. */
  lastContact(): LastContact {
    return { epoch: this.restored, sent: this.contact.sent };
  }

  /**
   * Says that this node lives; cleans up after at most so many connections of dead ones; and
   * announces what it has missed, and then what came of it.
   */
  async beat(budget = BATCH): Promise<Beat> {
    const newEpoch = `${this.node.node}-${Date.now().toString(36)}`;
    const known = [String(this.contact.call), String(this.told.seq), this.history(budget)];
    const args = [this.restored, ...this.terms, newEpoch, String(budget), this.overdue, ...known];
    const { announce, ...decision } = await this.events.decide(beat, args);
    const [epoch, isKnown, isMore, isUnheard, isOpen, nodes] = decision.reply as BeatReply;
    this.met = epoch;
    const isLost = this.restored !== '' && this.restored !== epoch;
    if (isLost) this.remember();
    // Until it is claimed, what this node knows is what the other data said.
    if (!isLost) {
      this.epoch = epoch;
      this.accept(decision);
      this.last = { epoch, received: decision.contact.received, nodes };
      this.told.beaten(isOpen === 0);
    }
    try {
      const isMissed = isUnheard === 1 && (await this.events.announceMissed());
      return { isLost, isKnown: isKnown === 1, isMore: isMore === 1, isMissed };
    } finally {
      announce();
    }
  }

  /** From now on calls are meant for the data that the last beat has met. */
  turn(): void {
    this.epoch = this.met;
  }

  /** Redis knows again all that this node holds. */
  agree(): void {
    this.restored = this.epoch;
  }

  /**
   * The delay of these uids has passed: announces those that are offline by it.
   *
   * @throws Refused
   */
  async depart(departures: readonly Departure[]): Promise<void> {
    const args = departures.flatMap(({ uid, ends }) => [uid, String(ends)]);
    const decision = await this.events.decide(depart, [this.epoch, ...this.terms, ...args]);
    this.accept(decision);
    for (const { uid } of departures) this.told.over(uid);
    decision.announce();
  }

  async leave(): Promise<void> {
    await this.shard.run(leave, [this.node.node]);
  }

  /** What Redis has of this node, in pages. */
  async *held(): AsyncIterable<Registration> {
    const key = this.shard.names.node(this.node.node);
    let cursor = '0';
    do {
      const reply = await this.shard.send(['HSCAN', key, cursor, 'COUNT', '1000']);
      const [next, entries] = reply as [string, string[]];
      for (let i = 0; i < entries.length; i += 2) {
        yield { connectionId: entries[i], uid: entries[i + 1] };
      }
      cursor = next;
    } while (cursor !== '0');
  }

  private async runPlace(
    changes: readonly string[],
  ): Promise<{ reply: readonly unknown[]; step: number; announce: () => void }> {
    const args = [this.epoch, ...this.terms, this.closeOrder];
    const decision = await this.events.decide(place, [...args, ...changes]);
    this.accept(decision);
    const { seq: step, announce } = decision;
    return { reply: decision.reply[0] as unknown[], step, announce };
  }

  /** The last beat with the data that was lost is a testimony of it. */
  private remember(): void {
    if (this.last === undefined) return;
    this.past.push(this.last);
    if (this.past.length > MOST_LOSSES) this.past.shift();
    this.last = undefined;
  }

  /** When each lost data was last known to be there, and after whom nobody had cleaned up then. */
  private history(budget: number): string {
    const lost = this.last === undefined ? this.past : [...this.past, this.last];
    // It is asked for by whoever restores.
    const told = budget > 0 ? [] : lost;
    return JSON.stringify(
      told.map(({ epoch, received, nodes }) => [epoch, ageOf(received), nodes]),
    );
  }

  /** After a loss nothing counts as a contact with what was lost. */
  private accept({ contact, seq, heard }: Omit<Decision, 'reply' | 'announce'>): void {
    this.told.answered(seq, heard);
    if (this.restored === '' || this.restored === this.epoch) this.contact = contact;
  }

  private placed(uid: string, reply: unknown): Outcome {
    const [admitted, at, ...groups] = reply as PlaceReply;
    if (admitted !== 1) return { kind: 'refused', isFinal: admitted === 0 };
    this.told.placed(uid, at);
    return { kind: 'placed', groups };
  }

  private gone(uid: string, reply: unknown): Outcome {
    const ends = reply as number;
    if (ends === 0) this.told.over(uid);
    return { kind: 'gone', ends };
  }
}

/** Milliseconds after a loss of data: every node that lives is back, and has said what it knows. */
export function patienceAfterLoss(leaseTime: number): number {
  return leaseTime + LONGEST_PAUSE;
}

function ageOf(time: number): number {
  return Math.ceil(performance.now() - time);
}

type BeatReply = [
  epoch: string,
  known: number,
  more: number,
  unheard: number,
  open: number,
  nodes: string[],
];
