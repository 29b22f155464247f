import type { Admission, ConnectionLimit, NodeHandler, Registration } from '../engine.js';
import { CloseCode } from '../../protocol/codes.js';
import { encodeOrder } from './envelope.js';
import type { Groups } from './groups.js';
import type { CheckedRedisOptions } from './options.js';
import { beat, leave, place } from './scripts/index.js';
import type { Shard } from './shards.js';

const BATCH = 500;
const REPLACED = {
  code: CloseCode.REPLACED,
  reason: 'replaced by a newer connection',
};

/** A change that Redis does not know of yet. */
interface Change extends Registration {
  readonly kind: '+' | '-' | '?';
  readonly limit?: ConnectionLimit;
  /** Groups that the uid left while the connection was being placed. */
  left?: Set<string>;
  done?(reply: Placed | undefined): void;
}

/** What Redis says of a connection that came. */
interface Placed {
  readonly admitted: boolean;
  readonly groups: readonly string[];
}

/** What Redis answers to a connection that came. */
type PlaceReply = [admitted: number, isNew: number, ...groups: string[]];

/** What a beat answers. */
type BeatReply = [epoch: string, known: number, more: number, offline: string[]];

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
  private queue: Change[] = [];
  private inFlight: Change[] = [];
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

  constructor(
    private readonly shard: Shard,
    private readonly node: NodeHandler,
    private readonly options: CheckedRedisOptions,
    private readonly groups: Groups,
    /** Whether the uid is of this shard. */
    private readonly isOurs: (uid: string) => boolean,
  ) {}

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

  /**
   * Says that this node lives, and cleans up after others that do not.
   *
   * @param overdue milliseconds since when offline delays must have passed: time for the node
   *   that caused them to see to them itself
   */
  async beat(overdue = this.options.leaseTime / 2): Promise<void> {
    if (this.state !== 'up') return;
    const more = await this.beatOnce(overdue);
    if (more) await this.beat(overdue);
  }

  /** Makes Redis and this node agree on what this node holds. */
  restore(): Promise<void> {
    if (this.state === 'away') this.state = 'restoring';
    return (this.restoring ??= this.restoreOnce().finally(() => (this.restoring = undefined)));
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
    if (this.state !== 'up') return;
    this.state = 'away';
    await this.shard.run(leave, [this.node.node]);
  }

  private async listenFor(uid: string): Promise<void> {
    await this.shard.subscriptions.want(this.shard.names.uid(uid));
  }

  private placeSoon(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
    return new Promise((resolve) => {
      const done = (placed: Placed | undefined): void =>
        resolve(placed === undefined ? this.admitAlone(connection, limit) : placed);
      const { connectionId, uid } = connection;
      this.push({ connectionId, uid, kind: '+', limit, done });
    });
  }

  private push(change: Change): void {
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
        for (const change of batch) this.settleAlone(change);
      }
      this.inFlight = [];
    }
  }

  private async place(batch: readonly Change[]): Promise<void> {
    const replies = await this.runPlace(batch);
    const joined = batch.flatMap(({ kind }, i) => (kind === '+' ? groupsIn(replies[i]) : []));
    const left = batch.filter(({ kind }) => kind !== '+');
    // Who hears that a uid is offline must not find this node listening for it.
    await Promise.all([this.groups.hold(joined), ...left.map(({ uid }) => this.tidy(uid))]);
    for (const [i, change] of batch.entries()) {
      if (change.kind === '+') this.placed(change, replies[i] as PlaceReply);
      else this.removed(change, replies[i] as number);
    }
    // After whoever waits has gone on, and the connections are in their groups.
    setImmediate(() => this.groups.release(joined));
  }

  private runPlace(batch: readonly Change[]): Promise<unknown[]> {
    const args: string[] = [
      ...this.identity,
      this.shard.publishCommand,
      encodeOrder(this.node.node, { task: 'close', connection: '%s', ...REPLACED }),
    ];
    for (const { kind, connectionId, uid, limit } of batch) {
      args.push(kind, connectionId, uid);
      if (kind === '+') args.push(String(limit?.max ?? 0), limit?.beyond ?? 'refuse');
    }
    return this.shard.run(place, args) as Promise<unknown[]>;
  }

  private placed(change: Change, reply: PlaceReply): void {
    const [admitted, isNew, ...groups] = reply;
    const { uid, left } = change;
    if (admitted === 0) {
      change.done?.({ admitted: false, groups: [] });
      // The node lets go of it when it has heard of it.
      setImmediate(() => void this.tidy(uid));
      return;
    }
    if (isNew === 1) this.node.presenceChanged(uid, true);
    const held = left === undefined ? groups : groups.filter((group) => !left.has(group));
    for (const group of held) this.groups.remember(uid, group);
    change.done?.({ admitted: true, groups: held });
  }

  private removed(change: Change, reply: number): void {
    if (reply === 1) this.node.presenceChanged(change.uid, false);
    if (reply === 2) this.lookLater();
    change.done?.(undefined);
  }

  /** The uid is offline when its delay has passed: look then, and not a beat later. */
  private lookLater(): void {
    const timer = setTimeout(() => {
      this.beat(0).catch(() => undefined);
    }, this.options.offlineDelay + 1);
    timer.unref();
  }

  /** Stops listening for a uid that has no connection here any more. */
  private async tidy(uid: string): Promise<void> {
    if (this.node.connectionIdsOf(uid).length > 0) return;
    this.groups.forgetUid(uid);
    await this.shard.subscriptions.drop(this.shard.names.uid(uid));
  }

  private settleAlone(change: Change): void {
    if (change.kind === '-') this.goneAlone(change);
    change.done?.(undefined);
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

  private get identity(): string[] {
    const { leaseTime, offlineDelay } = this.options;
    // A node's lease ends, and another's beat finds that out, within leaseTime.
    return [this.node.node, String(Math.floor((leaseTime * 2) / 3)), String(offlineDelay)];
  }

  private async beatOnce(overdue: number): Promise<boolean> {
    const candidate = `${this.node.node}-${Date.now().toString(36)}`;
    const args = [...this.identity, candidate, String(BATCH), String(Math.floor(overdue))];
    const [epoch, known, more, offline] = (await this.shard.run(beat, args)) as BeatReply;
    for (const uid of offline) this.node.presenceChanged(uid, false);
    if (known === 0 || epoch !== this.epoch) this.isStale = true;
    if (this.isStale && this.state === 'up') await this.restore();
    return more === 1;
  }

  private async restoreOnce(): Promise<void> {
    const before = this.epoch;
    const candidate = `${this.node.node}-${Date.now().toString(36)}`;
    const args = [...this.identity, candidate, '0', '0'];
    const [epoch] = (await this.shard.run(beat, args)) as BeatReply;
    const wasLost = before !== undefined && before !== epoch;
    const pending = new Set([...this.inFlight, ...this.queue].map((change) => change.connectionId));
    const held = this.held(pending);
    if (wasLost) await this.restoreMemberships(held);
    await this.inBatches(held, (change, reply) => this.restored(change, reply, wasLost));
    await this.inBatches(await this.strangers(wasLost, pending), (change, reply) =>
      this.removed(change, reply as number),
    );
    this.unannounced.clear();
    this.goneMeanwhile.clear();
    this.epoch = epoch;
    this.isStale = false;
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

  /** What has gone while Redis was away: as Redis remembers it, or as far as we do. */
  private async strangers(wasLost: boolean, pending: ReadonlySet<string>): Promise<Change[]> {
    if (wasLost) {
      const gone = [...this.goneMeanwhile].filter(
        (uid) => this.node.connectionIdsOf(uid).length === 0,
      );
      return gone.map((uid) => ({ kind: '?', connectionId: '', uid }));
    }
    const found: Change[] = [];
    const key = this.shard.names.node(this.node.node);
    let cursor = '0';
    do {
      const reply = await this.shard.send(['HSCAN', key, cursor, 'COUNT', '1000']);
      const [next, entries] = reply as [string, string[]];
      for (let i = 0; i < entries.length; i += 2) {
        const [connectionId, uid] = [entries[i], entries[i + 1]];
        if (pending.has(connectionId)) continue;
        if (this.node.connectionIdsOf(uid).includes(connectionId)) continue;
        found.push({ kind: '-', connectionId, uid });
      }
      cursor = next;
    } while (cursor !== '0');
    return found;
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
      const replies = await this.runPlace(batch);
      for (const [i, change] of batch.entries()) await each(change, replies[i]);
    }
  }
}

function groupsIn(reply: unknown): string[] {
  return (reply as PlaceReply).slice(2) as string[];
}
