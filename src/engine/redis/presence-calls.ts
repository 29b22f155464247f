import type { CloseRequest, ConnectionLimit, Registration } from '../engine.js';
import { CloseCode } from '../../protocol/codes.js';
import type { Departure } from './departures.js';
import { encodeOrder } from './envelope.js';
import type { CheckedRedisOptions } from './options.js';
import { beat, depart, leave, place } from './scripts/index.js';
import type { Shard } from './shards.js';

/** Changes in one step of Redis, which nothing else can interrupt: some milliseconds. */
export const BATCH = 500;

/** What becomes of the oldest connections beyond the limit. */
export const REPLACED: CloseRequest = {
  code: CloseCode.REPLACED,
  reason: 'replaced by a newer connection',
};

/** A connection came or went; or, `?`, a uid that was online when Redis lost its data has gone. */
export interface Change extends Registration {
  readonly kind: '+' | '-' | '?';
  readonly limit?: ConnectionLimit;
}

/** What Redis answers to a connection that came. */
export type PlaceReply = [admitted: number, isNew: number, ...groups: string[]];

/**
 * What Redis answers to one that went: the uid has others, or is offline, or will be at the time
 * that is answered instead.
 */
export const HAS_OTHERS = 0;
export const OFFLINE = 1;

export interface Beat {
  /** Names the data in Redis: another one means that it was lost. */
  readonly epoch: string;
  /** Redis had this node among those that live. */
  readonly isKnown: boolean;
  /** There is more to clean up. */
  readonly isMore: boolean;
  /** Uids that are offline by it. */
  readonly offline: readonly string[];
}

/** What a node tells and asks Redis about who is here, in one shard. */
export class PresenceCalls {
  /** Node, lease, offline delay: every script begins with them. */
  private readonly identity: readonly string[];
  private readonly closeOrder: string;
  private readonly overdue: string;

  constructor(
    private readonly shard: Shard,
    private readonly node: string,
    { leaseTime, offlineDelay }: CheckedRedisOptions,
  ) {
    // A node's lease ends, and another's beat finds that out, within leaseTime.
    this.identity = [node, String(Math.floor((leaseTime * 2) / 3)), String(offlineDelay)];
    this.closeOrder = encodeOrder(node, { task: 'close', connection: '%s', ...REPLACED });
    // Time for the node that caused a departure to see to it itself.
    this.overdue = String(Math.floor(leaseTime / 2));
  }

  /** One reply per change: a `PlaceReply` to `+`, to the others HAS_OTHERS, OFFLINE or a time. */
  place(changes: readonly Change[]): Promise<unknown[]> {
    const args = [...this.identity, this.shard.publishCommand, this.closeOrder];
    for (const { kind, connectionId, uid, limit } of changes) {
      args.push(kind, connectionId, uid);
      if (kind === '+') args.push(String(limit?.max ?? 0), limit?.beyond ?? 'refuse');
    }
    return this.shard.run(place, args) as Promise<unknown[]>;
  }

  /** Says that this node lives; cleans up after at most so many connections of dead ones. */
  async beat(budget = BATCH): Promise<Beat> {
    const newEpoch = `${this.node}-${Date.now().toString(36)}`;
    const args = [...this.identity, newEpoch, String(budget), this.overdue];
    const reply = (await this.shard.run(beat, args)) as [string, number, number, string[]];
    const [epoch, known, more, offline] = reply;
    return { epoch, isKnown: known === 1, isMore: more === 1, offline };
  }

  /** The delay of these uids has passed; answers those that are offline by it. */
  async depart(departures: readonly Departure[]): Promise<readonly string[]> {
    const args = departures.flatMap(({ uid, ends }) => [uid, String(ends)]);
    return (await this.shard.run(depart, [...this.identity, ...args])) as string[];
  }

  async leave(): Promise<void> {
    await this.shard.run(leave, [this.node]);
  }

  /** What Redis has of this node, in pages. */
  async *held(): AsyncIterable<Registration> {
    const key = this.shard.names.node(this.node);
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
}
