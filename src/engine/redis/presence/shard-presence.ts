import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import { ChangeQueue, type PendingChange } from './change-queue.js';
import { LocalDecisions } from './local-decisions.js';
import { Departures, type Departure } from './departures.js';
import type { GroupStore } from '../channels/group-store.js';
import type { Groups } from '../channels/groups.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { Placement } from './placement.js';
import { BATCH, PresenceCalls } from './presence-calls.js';
import { Restoration } from './restoration.js';
import type { Shard } from '../servers/shard.js';
import { UidChannels } from '../channels/uid-channels.js';

/** While `restoring` changes wait, so that none falls between what is restored and what comes. */
type State = 'away' | 'restoring' | 'up';

/**
 * This node's connections in one shard, and whether Redis hears of them: while it is away changes
 * are settled here alone, and when it is back `restore` makes the two agree.
 */
export class ShardPresence {
  private state: State = 'away';
  /** Connections that wait until this node listens for their uid. */
  private readonly arriving = new Set<string>();
  /** Redis may not know what this node holds. */
  private isStale = true;
  private restoring: Promise<void> | undefined;

  private readonly queue = new ChangeQueue((batch) => this.place(batch));
  private readonly calls: PresenceCalls;
  private readonly departures: Departures;
  private readonly channels: UidChannels;
  private readonly local: LocalDecisions;
  private readonly placement: Placement;
  private readonly restoration: Restoration;

  constructor(
    shard: Shard,
    private readonly node: NodeHandler,
    options: CheckedRedisOptions,
    groups: Groups,
    groupStore: GroupStore,
    /** Whether the uid is of this shard. */
    isOurs: (uid: string) => boolean,
  ) {
    this.calls = new PresenceCalls(shard, node, options);
    this.departures = new Departures(options.offlineDelay, (departures) => {
      this.depart(departures).catch(() => undefined);
    });
    this.channels = new UidChannels(shard, node, groups);
    this.local = new LocalDecisions(node, groups, this.channels);
    this.placement = new Placement(this.calls, groups, this.channels, this.departures);
    this.restoration = new Restoration(
      node,
      this.calls,
      groups,
      groupStore,
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
    this.enter('restoring');
    return (this.restoring ??= this.restoreOnce()
      .catch((error: unknown) => {
        // If Redis is there nevertheless, the next beat tries again.
        this.isStale = true;
        if (this.state === 'restoring') this.enter('up');
        throw error;
      })
      .finally(() => (this.restoring = undefined)));
  }

  /** Redis is away: what waits for it is settled here. */
  lose(): void {
    this.enter('away');
    for (const change of this.queue.takeWaiting()) this.settleHere(change);
  }

  /** Tells Redis everything that it should know, and that this node leaves. */
  async leave(): Promise<void> {
    await this.queue.drain();
    this.departures.stop();
    if (this.state !== 'up') return;
    this.enter('away');
    await this.calls.leave();
  }

  private async placeAfter(
    listening: Promise<void>,
    connection: Registration,
    limit?: ConnectionLimit,
  ): Promise<Admission> {
    this.arriving.add(connection.connectionId);
    const isListening = await listening.then(
      () => true,
      () => false,
    );
    this.arriving.delete(connection.connectionId);
    // Closed meanwhile: nobody has heard of it, and nobody is to.
    if (!this.holds(connection)) {
      void this.channels.tidy(connection.uid);
      return { admitted: false };
    }
    return isListening ? this.placeSoon(connection, limit) : this.local.admit(connection, limit);
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

  private push(change: PendingChange): void {
    if (this.state === 'away') this.settleHere(change);
    else this.queue.push(change);
  }

  private async place(batch: readonly PendingChange[]): Promise<void> {
    try {
      await this.placement.run(batch);
    } catch {
      // Whatever the reason, Redis is to be told again.
      this.isStale = true;
      for (const change of batch) this.settleHere(change);
    }
  }

  /**
   * The delay of these uids has passed. What fails here is left to a beat, as is who has come back
   * in time and is being placed.
   */
  private async depart(departures: readonly Departure[]): Promise<void> {
    const gone = departures.filter(({ uid }) => this.node.connectionIdsOf(uid).length === 0);
    for (let at = 0; at < gone.length && this.state === 'up'; at += BATCH) {
      await this.calls.depart(gone.slice(at, at + BATCH));
    }
  }

  private settleHere(change: PendingChange): void {
    if (change.kind === '-') this.local.release(change);
    change.done(undefined);
  }

  private async restoreOnce(): Promise<void> {
    await this.restoration.run(() => this.pending());
    this.isStale = false;
    if (this.state !== 'restoring') return;
    this.local.forget();
    this.enter('up');
  }

  /** Connections of which Redis is being told, or will be. */
  private pending(): ReadonlySet<string> {
    const told = this.queue.all().map(({ connectionId }) => connectionId);
    return new Set([...this.arriving, ...told]);
  }

  private enter(state: State): void {
    this.state = state;
    if (state === 'up') this.queue.open();
    else this.queue.pause();
  }
}
