import { REPLACED } from '../../../protocol/close.js';
import type { ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Departure } from './departures.js';
import { encodeOrder } from '../channels/envelope.js';
import { PresenceEvents, type Decision, type PresenceEvent } from './presence-events.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { beat, depart, leave, place } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';

/** Changes in one step of Redis, which nothing else can interrupt: some milliseconds. */
export const BATCH = 500;

/**
 * A connection came or went; or after Redis lost its data, one is here as it was before (`=`), or
 * a uid has gone that was online before (`?`).
 */
export interface Change extends Registration {
  readonly kind: '+' | '=' | '-' | '?';
  readonly limit?: ConnectionLimit;
}

/** What Redis answers to a connection that came. */
export type PlaceReply = [admitted: number, ...groups: string[]];

export function groupsIn(reply: unknown): string[] {
  return (reply as PlaceReply).slice(1) as string[];
}

export interface Placed extends Pick<Decision, 'announce'> {
  /**
   * One per change: a `PlaceReply` to those that came, to the others the time at which the offline
   * delay of the uid ends, or 0 when none has begun.
   */
  readonly replies: readonly unknown[];
  /** The step of Redis as of which they are: see `Memberships`. */
  readonly step: number;
}

export interface Beat {
  /** Names the data in Redis: another one means that it was lost. */
  readonly epoch: string;
  /** Redis had this node among those that live. */
  readonly isKnown: boolean;
  /** There is more to clean up. */
  readonly isMore: boolean;
  /** Events of calls whose answer was lost, announced now. */
  readonly missed: readonly PresenceEvent[];
}

/** What a node tells and asks Redis about who is here, in one shard. */
export class PresenceCalls {
  private readonly events: PresenceEvents;
  /** Lease and offline delay: what every script is told first. */
  private readonly times: readonly string[];
  private readonly closeOrder: string;
  private readonly overdue: string;

  constructor(
    private readonly shard: Shard,
    private readonly node: NodeHandler,
    { leaseTime, offlineDelay }: CheckedRedisOptions,
  ) {
    this.events = new PresenceEvents(shard, node);
    // A node's lease ends, and another's beat finds that out, within leaseTime.
    this.times = [String(Math.floor((leaseTime * 2) / 3)), String(offlineDelay)];
    this.closeOrder = encodeOrder(node.node, { task: 'close', connection: '%s', ...REPLACED });
    // Time for the node that caused a departure to see to it itself.
    this.overdue = String(Math.floor(leaseTime / 2));
  }

  /** The caller announces what came of it. */
  async place(changes: readonly Change[]): Promise<Placed> {
    const args = [...this.times, this.shard.publishCommand, this.closeOrder];
    for (const { kind, connectionId, uid, limit } of changes) {
      args.push(kind, connectionId, uid);
      if (kind === '+' || kind === '=') {
        args.push(String(limit?.max ?? 0), limit?.beyond ?? 'refuse');
      }
    }
    const { reply, announce } = await this.events.decide(place, args);
    return { replies: reply[0] as unknown[], step: reply[1] as number, announce };
  }

  /**
   * Says that this node lives, and which epoch it knows; cleans up after at most so many
   * connections of dead ones; and announces what it has missed, and then what came of it.
   */
  async beat(epochKnown = '', budget = BATCH): Promise<Beat> {
    const newEpoch = `${this.node.node}-${Date.now().toString(36)}`;
    const args = [...this.times, newEpoch, String(budget), this.overdue, epochKnown];
    const { reply, announce } = await this.events.decide(beat, args);
    const [epoch, known, more, unheard] = reply as [string, number, number, number];
    try {
      const missed = unheard === 1 ? await this.events.announceMissed() : [];
      return { epoch, isKnown: known === 1, isMore: more === 1, missed };
    } finally {
      announce();
    }
  }

  /** The delay of these uids has passed: announces those that are offline by it. */
  async depart(departures: readonly Departure[]): Promise<void> {
    const args = departures.flatMap(({ uid, ends }) => [uid, String(ends)]);
    const { announce } = await this.events.decide(depart, [...this.times, ...args]);
    announce();
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
}
