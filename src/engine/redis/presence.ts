import type { Admission, ConnectionLimit, NodeHandler, Registration } from '../engine.js';
import { Departures, type Departure } from './departures.js';
import type { Groups } from './groups.js';
import type { CheckedRedisOptions } from './options.js';
import {
  BATCH,
  HAS_OTHERS,
  OFFLINE,
  PresenceCalls,
  REPLACED,
  type Change,
  type PlaceReply,
} from './presence-calls.js';
import type { Shard } from './shards.js';

/** A change that Redis does not know of yet. */
interface Pending extends Change {
  /** Groups that the uid left while the connection was being placed. */
  left?: Set<string>;
  /** What Redis says of it; undefined when Redis is away, or it needs no answer. */
  done(placed: Admission | undefined): void;
}

/**
 * What Redis knows of this node's connections in one shard, and how it gets to know it: changes
 * go out in batches, one after the other, each holding everything that came up meanwhile.
 *
 * While Redis is away connections are admitted here alone, with the limit applied to this node.
 * When it is back `restore` makes the two agree.
 */
export class Presence {
  /** While `restoring` changes wait, so that none falls between what is restored and what comes. */
  private state: 'away' | 'restoring' | 'up' = 'away';
  private queue: Pending[] = [];
  private inFlight: Pending[] = [];
  private pump: Promise<void> | undefined;
  /** Names the data in Redis: another one means that it was lost. */
  private epoch: string | undefined;
  /** Admitted here while Redis was away. */
  private readonly unannounced = new Set<string>();
  /** Uids whose last connection here closed while Redis was away. */
  private readonly goneMeanwhile = new Set<string>();
  /** Redis may not know what this node holds. */
  private isStale = true;
  private restoring: Promise<void> | undefined;

  private readonly calls: PresenceCalls;
  private readonly departures: Departures;

  constructor(
    private readonly shard: Shard,
    private readonly node: NodeHandler,
    options: CheckedRedisOptions,
    private readonly groups: Groups,
    /** Whether the uid is of this shard. */
    private readonly isOurs: (uid: string) => boolean,
  ) {
    this.calls = new PresenceCalls(shard, node.node, options);
    this.departures = new Departures(options.offlineDelay, (departures) => {
      this.depart(departures).catch(() => undefined);
    });
  }

  register(connection: Registration, limit?: ConnectionLimit): Promise<Admission> | Admission {
    // Before Redis knows of it: who finds the uid online must reach it.
    const listening = this.listenFor(connection.uid);
    if (this.state === 'away') {
      listening.catch(() => undefined);
      return this.admitAlone(connection, limit);
    }
    return listening.then(
      () => this.placeSoon(connection, limit),
      () => this.admitAlone(connection, limit),
    );
  }

  unregister(connection: Registration): Promise<void> | void {
    if (this.state === 'away') return this.goneAlone(connection);
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
      const beat = await this.calls.beat();
      for (const uid of beat.offline) this.node.presenceChanged(uid, false);
      if (!beat.isKnown || beat.epoch !== this.epoch) this.isStale = true;
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
    for (const change of waiting) this.settleAlone(change);
  }

  /** Tells Redis everything that it should know, and that this node leaves. */
  async leave(): Promise<void> {
    while (this.pump !== undefined) await this.pump;
    this.departures.stop();
    if (this.state !== 'up') return;
    this.state = 'away';
    await this.calls.leave();
  }

  private async listenFor(uid: string): Promise<void> {
    await this.shard.subscriptions.want(this.shard.names.uid(uid));
  }

  private placeSoon(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
    return new Promise((resolve) => {
      const done = (placed: Admission | undefined): void =>
        resolve(placed === undefined ? this.admitAlone(connection, limit) : placed);
      const { connectionId, uid } = connection;
      this.push({ connectionId, uid, kind: '+', limit, done });
    });
  }

  private push(change: Pending): void {
    if (this.state === 'away') return this.settleAlone(change);
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
        for (const change of batch) this.settleAlone(change);
      }
      this.inFlight = [];
    }
  }

  private async place(batch: readonly Pending[]): Promise<void> {
    const replies = await this.calls.place(batch);
    const joined = batch.flatMap(({ kind }, i) => (kind === '+' ? groupsIn(replies[i]) : []));
    const left = batch.filter(({ kind }) => kind !== '+');
    // Who hears that a uid is offline must not find this node listening for it.
    await Promise.all([this.groups.hold(joined), ...left.map(({ uid }) => this.tidy(uid))]);
    for (const [i, change] of batch.entries()) {
      if (change.kind === '+') this.placed(change, replies[i] as PlaceReply);
      else {
        this.lost(change.uid, replies[i] as number);
        change.done(undefined);
      }
    }
    // After whoever waits has gone on, and the connections are in their groups.
    setImmediate(() => this.groups.release(joined));
  }

  private placed(change: Pending, reply: PlaceReply): void {
    const [admitted, isNew, ...groups] = reply;
    const { uid, left } = change;
    if (admitted === 0) {
      change.done({ admitted: false });
      // The node lets go of it when it has heard of it.
      setImmediate(() => void this.tidy(uid));
      return;
    }
    if (isNew === 1) this.node.presenceChanged(uid, true);
    const held = left === undefined ? groups : groups.filter((group) => !left.has(group));
    for (const group of held) this.groups.remember(uid, group);
    change.done({ admitted: true, groups: held });
  }

  private lost(uid: string, answer: number): void {
    if (answer === OFFLINE) this.node.presenceChanged(uid, false);
    else if (answer !== HAS_OTHERS) this.departures.add({ uid, ends: answer });
  }

  /** The delay of these uids has passed. What fails here is left to a beat. */
  private async depart(departures: readonly Departure[]): Promise<void> {
    for (let at = 0; at < departures.length && this.state === 'up'; at += BATCH) {
      const offline = await this.calls.depart(departures.slice(at, at + BATCH));
      for (const uid of offline) this.node.presenceChanged(uid, false);
    }
  }

  /** Stops listening for a uid that has no connection here any more. */
  private async tidy(uid: string): Promise<void> {
    if (this.node.connectionIdsOf(uid).length > 0) return;
    this.groups.forgetUid(uid);
    await this.shard.subscriptions.drop(this.shard.names.uid(uid));
  }

  private settleAlone(change: Pending): void {
    if (change.kind === '-') this.goneAlone(change);
    change.done(undefined);
  }

  private admitAlone({ connectionId, uid }: Registration, limit?: ConnectionLimit): Admission {
    const here = this.node.connectionIdsOf(uid);
    if (limit !== undefined && here.length > limit.max) {
      if (limit.beyond === 'refuse') return { admitted: false };
      for (const oldest of here.slice(0, here.length - limit.max)) {
        this.node.disconnect({ kind: 'connection', connectionId: oldest }, REPLACED);
      }
    }
    this.unannounced.add(connectionId);
    return { admitted: true, groups: this.groups.of(uid) };
  }

  private goneAlone({ connectionId, uid }: Registration): void {
    const wasAnnounced = !this.unannounced.delete(connectionId);
    if (this.node.connectionIdsOf(uid).length > 0) return;
    if (wasAnnounced) this.goneMeanwhile.add(uid);
    void this.tidy(uid);
  }

  private async restoreOnce(): Promise<void> {
    const { epoch } = await this.calls.beat(0);
    const wasLost = this.epoch !== undefined && this.epoch !== epoch;
    const pending = new Set([...this.inFlight, ...this.queue].map((change) => change.connectionId));
    const held = this.held(pending);
    if (wasLost) await this.restoreMemberships(held);
    await this.inBatches(held, (change, reply) => this.restored(change, reply, wasLost));
    const gone = wasLost ? this.goneFromLost() : await this.goneFromKnown(pending);
    await this.inBatches(gone, ({ uid }, reply) => this.lost(uid, reply as number));
    this.unannounced.clear();
    this.goneMeanwhile.clear();
    this.epoch = epoch;
    this.isStale = false;
    if (this.state === 'restoring') this.goUp();
  }

  private goUp(): void {
    this.state = 'up';
    this.startPump();
  }

  /** Connections of this shard that this node holds. */
  private held(pending: ReadonlySet<string>): Change[] {
    const held: Change[] = [];
    for (const uid of this.node.uids()) {
      if (!this.isOurs(uid)) continue;
      for (const connectionId of this.node.connectionIdsOf(uid)) {
        if (!pending.has(connectionId)) held.push({ kind: '+', connectionId, uid });
      }
    }
    return held;
  }

  /** What went while Redis was away and lost its data: known to us alone. */
  private goneFromLost(): Change[] {
    const gone = [...this.goneMeanwhile].filter(
      (uid) => this.node.connectionIdsOf(uid).length === 0,
    );
    return gone.map((uid) => ({ kind: '?', connectionId: '', uid }));
  }

  /** What Redis has of this node, and the node has not. */
  private async goneFromKnown(pending: ReadonlySet<string>): Promise<Change[]> {
    const gone: Change[] = [];
    for await (const { connectionId, uid } of this.calls.held()) {
      if (pending.has(connectionId)) continue;
      if (this.node.connectionIdsOf(uid).includes(connectionId)) continue;
      gone.push({ kind: '-', connectionId, uid });
    }
    return gone;
  }

  private async restored(change: Change, reply: unknown, wasLost: boolean): Promise<void> {
    const { connectionId, uid } = change;
    const [, isNew, ...groups] = reply as PlaceReply;
    // After a loss everyone seems to be new; who was announced before is not.
    const isNews = !wasLost || this.unannounced.has(connectionId);
    if (isNew === 1 && isNews) this.node.presenceChanged(uid, true);
    await this.groups.adopt(uid, groups);
  }

  /** Redis has lost the groups of those who are here: we have not. */
  private async restoreMemberships(held: readonly Change[]): Promise<void> {
    const uids = new Set(held.map(({ uid }) => uid));
    const done: Promise<unknown>[] = [];
    for (const uid of uids) {
      const groups = this.groups.of(uid);
      if (groups.length > 0) done.push(this.groups.write(uid, groups));
    }
    await Promise.all(done);
  }

  private async inBatches(
    changes: readonly Change[],
    each: (change: Change, reply: unknown) => Promise<void> | void,
  ): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH) {
      const batch = changes.slice(at, at + BATCH);
      const replies = await this.calls.place(batch);
      for (const [i, change] of batch.entries()) await each(change, replies[i]);
    }
  }
}

function groupsIn(reply: unknown): string[] {
  return (reply as PlaceReply).slice(2) as string[];
}
