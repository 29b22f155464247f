import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import { LocalDecisions } from './local-decisions.js';
import { Departures, type Departure } from './departures.js';
import type { Groups } from '../channels/groups.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { BATCH, groupsIn, PresenceCalls, type Change, type PlaceReply } from './presence-calls.js';
import { Restoration } from './restoration.js';
import type { Shard } from '../servers/shards.js';
import { UidChannels } from '../channels/uid-channels.js';

/** A change that Redis does not know of yet. */
interface Pending extends Change {
  /** Groups that the uid left while the connection was being placed. */
  left?: Set<string>;
  /** What Redis says of it; undefined when Redis is away, or it needs no answer. */
  done(placed: Admission | undefined): void;
}

/**
 * Tells Redis of this node's connections in one shard: changes go out in batches, one after the
 * other, each holding everything that came up meanwhile.
 *
 * While Redis is away changes are settled here alone. When it is back `restore` makes the two
 * agree.
 */
export class ShardPresence {
  /** While `restoring` changes wait, so that none falls between what is restored and what comes. */
  private state: 'away' | 'restoring' | 'up' = 'away';
  /** Connections that wait until this node listens for their uid. */
  private readonly arriving = new Set<string>();
  private queue: Pending[] = [];
  private inFlight: Pending[] = [];
  private pump: Promise<void> | undefined;
  /** Redis may not know what this node holds. */
  private isStale = true;
  private restoring: Promise<void> | undefined;

  private readonly calls: PresenceCalls;
  private readonly departures: Departures;
  private readonly channels: UidChannels;
  private readonly local: LocalDecisions;
  private readonly restoration: Restoration;

  constructor(
    shard: Shard,
    private readonly node: NodeHandler,
    options: CheckedRedisOptions,
    private readonly groups: Groups,
    /** Whether the uid is of this shard. */
    isOurs: (uid: string) => boolean,
  ) {
    this.calls = new PresenceCalls(shard, node, options);
    this.departures = new Departures(options.offlineDelay, (departures) => {
      this.depart(departures).catch(() => undefined);
    });
    this.channels = new UidChannels(shard, node, groups);
    this.local = new LocalDecisions(node, groups, this.channels);
    this.restoration = new Restoration(
      node,
      this.calls,
      groups,
      this.local,
      this.departures,
      isOurs,
    );
  }

  register(connection: Registration, limit?: ConnectionLimit): Promise<Admission> | Admission {
    // Before Redis knows of it: who finds the uid online must reach it.
    const listening = this.channels.listen(connection.uid);
    if (this.state === 'away') {
      listening.catch(() => undefined);
      return this.local.admit(connection, limit);
    }
    return this.placeAfter(listening, connection, limit);
  }

  unregister(connection: Registration): Promise<void> | void {
    if (this.state === 'away') return this.local.release(connection);
    const { connectionId, uid } = connection;
    return new Promise((resolve) =>
      this.push({ connectionId, uid, kind: '-', done: () => resolve() }),
    );
  }

  /** The uid has left the group: connections that are being placed must not bring it back. */
  leftGroup(uid: string | undefined, group: string): void {
    for (const change of [...this.inFlight, ...this.queue]) {
      if (change.kind !== '+' || (uid !== undefined && change.uid !== uid)) continue;
      (change.left ??= new Set()).add(group);
    }
  }

  /** Says that this node lives, and cleans up after others that do not. */
  async beat(): Promise<void> {
    for (let isMore = true; isMore && this.state === 'up';) {
      const beat = await this.calls.beat(this.restoration.epoch);
      this.local.announced(beat.missed);
      // A call may be executed late, when everything else was restored before.
      const isLate = beat.missed.length > 0;
      if (!beat.isKnown || beat.epoch !== this.restoration.epoch || isLate) this.isStale = true;
      if (this.isStale) await this.restore();
      isMore = beat.isMore;
    }
  }

  /** Makes Redis and this node agree on what this node holds. */
  restore(): Promise<void> {
    this.state = 'restoring';
    return (this.restoring ??= this.restoreOnce()
      .catch((error: unknown) => {
        // If Redis is there nevertheless, the next beat tries again.
        this.isStale = true;
        if (this.state === 'restoring') this.goUp();
        throw error;
      })
      .finally(() => (this.restoring = undefined)));
  }

  /** Redis is away: what waits for it is settled here. */
  lose(): void {
    this.state = 'away';
    const waiting = this.queue;
    this.queue = [];
    for (const change of waiting) this.settleHere(change);
  }

  /** Tells Redis everything that it should know, and that this node leaves. */
  async leave(): Promise<void> {
    while (this.pump !== undefined) await this.pump;
    this.departures.stop();
    if (this.state !== 'up') return;
    this.state = 'away';
    await this.calls.leave();
  }

  private async placeAfter(
    listening: Promise<void>,
    connection: Registration,
    limit?: ConnectionLimit,
  ): Promise<Admission> {
    this.arriving.add(connection.connectionId);
    try {
      await listening;
    } catch {
      return this.local.admit(connection, limit);
    } finally {
      this.arriving.delete(connection.connectionId);
    }
    // Disconnected meanwhile, of which Redis was told: it must not come after that.
    if (!this.holds(connection)) return { admitted: false };
    return this.placeSoon(connection, limit);
  }

  private holds({ connectionId, uid }: Registration): boolean {
    return this.node.connectionIdsOf(uid).includes(connectionId);
  }

  private placeSoon(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
    return new Promise((resolve) => {
      const done = (placed: Admission | undefined): void =>
        resolve(placed ?? this.local.admit(connection, limit));
      const { connectionId, uid } = connection;
      this.push({ connectionId, uid, kind: '+', limit, done });
    });
  }

  private push(change: Pending): void {
    if (this.state === 'away') return this.settleHere(change);
    this.queue.push(change);
    this.startPump();
  }

  private startPump(): void {
    if (this.state !== 'up' || this.queue.length === 0) return;
    this.pump ??= this.pumpAll().finally(() => {
      this.pump = undefined;
      this.startPump();
    });
  }

  private async pumpAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.state === 'up' && this.queue.length > 0) {
      this.inFlight = this.queue.splice(0, BATCH);
      const batch = this.inFlight;
      try {
        await this.place(batch);
      } catch {
        // Whatever the reason, Redis is to be told again.
        this.isStale = true;
        for (const change of batch) this.settleHere(change);
      }
      this.inFlight = [];
    }
  }

  private async place(batch: readonly Pending[]): Promise<void> {
    const { replies, announce } = await this.calls.place(batch);
    const joined = batch.flatMap(({ kind }, i) => (kind === '+' ? groupsIn(replies[i]) : []));
    const left = batch.filter(({ kind }) => kind !== '+');
    // Who hears that a uid is offline must not find this node listening for it.
    const tidied = left.map(({ uid }) => this.channels.tidy(uid));
    await Promise.all([this.groups.hold(joined), ...tidied]);
    announce();
    for (const [i, change] of batch.entries()) {
      if (change.kind === '+') {
        this.placed(change, replies[i] as PlaceReply);
      } else {
        this.departures.add(change.uid, replies[i] as number);
        change.done(undefined);
      }
    }
    // After whoever waits has gone on, and the connections are in their groups.
    setImmediate(() => this.groups.release(joined));
  }

  private placed(change: Pending, [admitted, ...groups]: PlaceReply): void {
    const { uid, left } = change;
    if (admitted === 0) {
      change.done({ admitted: false });
      // The node lets go of it when it has heard of it.
      setImmediate(() => void this.channels.tidy(uid));
      return;
    }
    const held = left === undefined ? groups : groups.filter((group) => !left.has(group));
    for (const group of held) this.groups.remember(uid, group);
    change.done({ admitted: true, groups: held });
  }

  /** The delay of these uids has passed. What fails here is left to a beat. */
  private async depart(departures: readonly Departure[]): Promise<void> {
    for (let at = 0; at < departures.length && this.state === 'up'; at += BATCH) {
      await this.calls.depart(departures.slice(at, at + BATCH));
    }
  }

  private settleHere(change: Pending): void {
    if (change.kind === '-') this.local.release(change);
    change.done(undefined);
  }

  private async restoreOnce(): Promise<void> {
    await this.restoration.run(() => this.pending());
    this.isStale = false;
    if (this.state !== 'restoring') return;
    this.local.forget();
    this.goUp();
  }

  /** Connections of which Redis is being told, or will be. */
  private pending(): ReadonlySet<string> {
    const changes = [...this.inFlight, ...this.queue];
    return new Set([...this.arriving, ...changes.map(({ connectionId }) => connectionId)]);
  }

  private goUp(): void {
    this.state = 'up';
    this.startPump();
  }
}
