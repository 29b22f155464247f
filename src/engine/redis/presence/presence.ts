import type { MaybePromise } from '../../../protocol/maybe-promise.js';
import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import { EveryoneChannel } from '../channels/everyone-channel.js';
import type { GroupStore } from '../channels/group-store.js';
import type { Groups } from '../channels/groups.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import type { Shard } from '../servers/shard.js';
import type { Shards } from '../servers/shards.js';
import { ShardPresence } from './shard-presence.js';

/** Signs of life in a leaseTime. */
const BEATS = 6;

/** Who is here, told to the others: this node's connections in every shard, and its beats. */
export class Presence {
  private readonly byShard: ReadonlyMap<Shard, ShardPresence>;
  private readonly everyone: EveryoneChannel;
  private beats: NodeJS.Timeout | undefined;

  constructor(
    private readonly shards: Shards,
    node: NodeHandler,
    private readonly groups: Groups,
    groupStore: GroupStore,
    private readonly options: CheckedRedisOptions,
  ) {
    this.everyone = new EveryoneChannel(shards, node);
    this.byShard = new Map(
      shards.all.map((shard) => {
        const isOurs = (uid: string): boolean => shards.of(uid) === shard;
        return [shard, new ShardPresence(shard, node, options, groups, groupStore, isOurs)];
      }),
    );
  }

  startBeating(): void {
    this.beats = setInterval(() => this.beat(), this.options.leaseTime / BEATS);
    this.beats.unref();
  }

  /** Resolves when every shard that can be reached knows that this node leaves. */
  async leave(): Promise<void> {
    clearInterval(this.beats);
    await Promise.allSettled(Array.from(this.byShard.values(), (presence) => presence.leave()));
  }

  of(shard: Shard): ShardPresence {
    return this.byShard.get(shard)!;
  }

  register(connection: Registration, limit?: ConnectionLimit): MaybePromise<Admission> {
    // A server that is away makes good for it when it is back.
    const listening = this.everyone.listen().catch(() => undefined);
    const admission = this.ofUid(connection.uid).register(connection, listening, limit);
    if (!(admission instanceof Promise)) return this.tidied(admission);
    return admission.then((answer) => this.tidied(answer));
  }

  unregister(connection: Registration, groups: readonly string[]): MaybePromise<void> {
    for (const group of groups) void this.groups.tidy(group);
    this.everyone.tidy();
    return this.ofUid(connection.uid).unregister(connection);
  }

  async watch(uids: readonly string[]): Promise<void> {
    const parts = [...this.shards.partsOf(uids)];
    await Promise.all(parts.map(([shard, ours]) => this.of(shard).watches.watch(ours)));
  }

  unwatch(uids: readonly string[]): void {
    for (const [shard, ours] of this.shards.partsOf(uids)) this.of(shard).watches.unwatch(ours);
  }

  private ofUid(uid: string): ShardPresence {
    return this.of(this.shards.of(uid));
  }

  private tidied(admission: Admission): Admission {
    // The node lets go of a refused connection when it has heard of it.
    if (!admission.admitted) setImmediate(() => this.everyone.tidy());
    return admission;
  }

  private beat(): void {
    // What fails here is done again when Redis is back.
    for (const presence of this.byShard.values()) presence.beat().catch(() => undefined);
  }
}
