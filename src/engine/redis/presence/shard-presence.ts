import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import { Audit } from './audit.js';
import { ChangeQueue, type PendingChange } from './change-queue.js';
import { LocalDecisions } from './local-decisions.js';
import { Departures, type Departure } from './departures.js';
import type { GroupStore } from '../channels/group-store.js';
import type { Groups } from '../channels/groups.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import { Placement } from './placement.js';
import { BATCH, patienceAfterLoss, PresenceCalls } from './presence-calls.js';
import { Refused } from './presence-events.js';
import { Restoration } from './restoration.js';
import type { Shard } from '../servers/shard.js';
import { Told } from './told.js';
import { UidChannels } from '../channels/uid-channels.js';
import { Watches } from './watches.js';

/** Restorations that others may interrupt one after the other. */
const MOST_TRIES = 5;

/** While `restoring` changes wait, so that none falls between what is restored and what comes. */
type State = 'away' | 'restoring' | 'up';

/**
 * This node's connections in one shard, and whether Redis hears of them: while it is away changes
 * are settled here alone, and when it is back `restore` makes the two agree.
 */
export class ShardPresence {
  /** Uids whose presence this node watches. */
  readonly watches: Watches;
  private state: State = 'away';
  /** Connections that wait until this node listens for their uid. */
  private readonly arriving = new Set<string>();
  /** Redis may not know what this node holds. */
  private isStale = true;
  private restoring: Promise<void> | undefined;
  /** How often Redis was lost: who restores notices that it was, once more. */
  private losses = 0;

  private readonly queue = new ChangeQueue((batch) => this.place(batch));
  private readonly calls: PresenceCalls;
  private readonly departures: Departures;
  private readonly channels: UidChannels;
  private readonly told: Told;
  private readonly local: LocalDecisions;
  private readonly audit: Audit;
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
    const isHere = (uid: string): boolean => node.connectionIdsOf(uid).length > 0;
    // Longer than anybody who lives goes without hearing what others have told.
    this.told = new Told(isHere, 2 * options.leaseTime);
    this.calls = new PresenceCalls(shard, node, this.told, options);
    this.watches = new Watches(shard, node, patienceAfterLoss(options.leaseTime));
    this.departures = new Departures(options.offlineDelay, (departures) => {
      this.depart(departures).catch(() => undefined);
    });
    this.channels = new UidChannels(shard, node, groups);
    this.local = new LocalDecisions(node, groups, this.channels);
    this.audit = new Audit(node, this.calls, groups, groupStore, isOurs);
    this.placement = new Placement(this.calls, groups, this.channels, this.departures);
    this.restoration = new Restoration(
      node,
      this.calls,
      groups,
      groupStore,
      this.told,
      this.local,
      this.departures,
      isOurs,
    );
  }

  /** @param listening resolves when this node gets what is sent to everyone */
  register(
    connection: Registration,
    listening: Promise<void>,
    limit?: ConnectionLimit,
  ): Promise<Admission> | Admission {
    const { uid } = connection;
    if (this.node.connectionIdsOf(uid).length === 1) this.told.came(uid);
    // Before Redis knows of it: who finds the uid online must reach it.
    const listeningToUid = this.channels.listen(uid);
    if (this.state === 'away') {
      listeningToUid.catch(() => undefined);
      return this.admitHere(connection, limit);
    }
    return this.placeAfter(Promise.all([listeningToUid, listening]), connection, limit);
  }

  unregister(connection: Registration): Promise<void> | void {
    const { connectionId, uid } = connection;
    this.told.went(uid);
    if (this.state === 'away') return this.local.release(connection);
    return new Promise((resolve) =>
      this.push({ connectionId, uid, kind: '-', done: () => resolve() }),
    );
  }

  /** Says that this node lives, and cleans up after others that do not. */
  async beat(): Promise<void> {
    // What failed to be restored though Redis is there.
    if (this.state === 'restoring' && this.restoring === undefined) await this.restore();
    for (let isMore = true; isMore && this.state === 'up';) {
      const { isLost, isKnown, isMissed, ...beat } = await this.calls.beat();
      // A call whose answer was lost may have been told since to have failed.
      if (isLost || !isKnown || isMissed) this.isStale = true;
      if (this.state !== 'up') return;
      if (this.isStale) await this.restore();
      isMore = beat.isMore;
    }
    if (this.state !== 'up') return;
    this.watches.lookAgain();
    await this.audit.run(this.pending()).catch(this.onRefused);
  }

  /** Makes Redis and this node agree on what this node holds. */
  restore(): Promise<void> {
    this.enter('restoring');
    return (this.restoring ??= this.restoreOnce().finally(() => (this.restoring = undefined)));
  }

  /** Redis is away: what waits for it is settled here. */
  lose(): void {
    this.losses++;
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
    listening: Promise<unknown>,
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
      return { admitted: false, isFinal: true };
    }
    return isListening ? this.placeSoon(connection, limit) : this.admitHere(connection, limit);
  }

  private holds({ connectionId, uid }: Registration): boolean {
    return this.node.connectionIdsOf(uid).includes(connectionId);
  }

  private placeSoon(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
    return new Promise((resolve) => {
      const done = (placed: Admission | undefined): void =>
        resolve(placed ?? this.admitHere(connection, limit));
      const { connectionId, uid } = connection;
      this.push({ connectionId, uid, kind: '+', limit, done });
    });
  }

  private push(change: PendingChange): void {
    if (this.state === 'away') this.settleHere(change);
    else this.queue.push(change);
  }

  private admitHere(connection: Registration, limit?: ConnectionLimit): Admission {
    this.audit.lookAt(connection.uid);
    return this.local.admit(connection, limit);
  }

  private async place(batch: readonly PendingChange[]): Promise<void> {
    try {
      await this.placement.run(batch);
    } catch (error) {
      // Whatever the reason, Redis is to be told again.
      this.isStale = true;
      if (error instanceof Refused && this.state !== 'away') {
        this.queue.putBack(batch);
        this.onRefused(error);
      } else {
        for (const change of batch) this.settleHere(change);
      }
    }
  }

  /** This node was taken for dead, or the data in Redis was lost: it says again what it holds. */
  private readonly onRefused = (error: unknown): void => {
    // What fails then is tried again by the next beat.
    if (error instanceof Refused && this.state === 'up') this.restore().catch(() => undefined);
  };

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
    let losses: number;
    do {
      losses = this.losses;
      this.isStale = false;
      await this.tryToRestore();
      // What was settled here meanwhile Redis does not know.
    } while (losses !== this.losses && this.state === 'restoring');
    if (this.state !== 'restoring') return;
    this.local.forget();
    this.enter('up');
    this.watches.doubt();
  }

  private async tryToRestore(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.restoration.run(() => this.pending());
        return;
      } catch (error) {
        // It happened once more while this node was at it.
        if (!(error instanceof Refused) || tries === MOST_TRIES) throw error;
      }
    }
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
