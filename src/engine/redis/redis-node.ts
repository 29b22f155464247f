import type { EngineHealth } from '../engine.js';
import type { NodeHandler } from '../node-handler.js';
import { ChannelReader } from './channels/channel-reader.js';
import { GroupStore } from './channels/group-store.js';
import { Groups } from './channels/groups.js';
import { Outflow } from './channels/outflow.js';
import { Publisher } from './channels/publisher.js';
import { Questions } from './channels/questions.js';
import { Turns } from './channels/turns.js';
import { RedisClaims } from './claims.js';
import { Directory } from './presence/directory.js';
import { Presence } from './presence/presence.js';
import type { CheckedRedisOptions } from './redis.options.js';
import type { Shard } from './servers/shard.js';
import { Shards } from './servers/shards.js';
import type { Topology } from './servers/topology.js';

/** A node of the cluster: all that there is once the engine knows for which node it works. */
export class RedisNode {
  readonly claims: RedisClaims;
  readonly groupStore: GroupStore;
  readonly publisher: Publisher;
  readonly presence: Presence;
  readonly directory: Directory;
  readonly turns: Turns;
  readonly outflow: Outflow;
  readonly shards: Shards;
  private readonly groups: Groups;
  private readonly reader: ChannelReader;
  private returned: ((shard: Shard) => void) | undefined;

  constructor(
    readonly node: NodeHandler,
    options: CheckedRedisOptions,
    topology: Topology,
  ) {
    this.shards = new Shards(topology, options, {
      onMessage: (shard, channel, text) => this.reader.receive(shard, channel, text),
      onUp: async (shard) => {
        await this.presence.of(shard).restore();
        this.returned?.(shard);
      },
      onDown: (shard) => this.presence.of(shard).lose(),
    });
    const questions = new Questions(options.commandTimeout);
    this.claims = new RedisClaims(this.shards);
    this.groups = new Groups(this.shards, node);
    this.groupStore = new GroupStore(this.shards, node, questions, options);
    this.turns = new Turns(node);
    this.outflow = new Outflow(node, questions, options);
    this.publisher = new Publisher(this.shards, node, questions, this.turns, this.outflow);
    this.presence = new Presence(this.shards, node, this.groups, this.groupStore, options);
    this.directory = new Directory(this.shards);
    this.reader = new ChannelReader(this.shards, node, this.groups, questions, (shard, uid, text) =>
      this.presence.of(shard).watches.hear(uid, text),
    );
  }

  /** @throws PushException UNAVAILABLE when Redis cannot be reached */
  async join(): Promise<void> {
    for (const { subscriptions, names } of this.shards.all) {
      // They take effect when the server is there.
      subscriptions.want(names.node(this.node.node)).catch(() => undefined);
      subscriptions.want(names.logins).catch(() => undefined);
    }
    await this.shards.start();
    this.presence.startBeating();
    this.groupStore.start();
  }

  /** Calls it when the server of a shard was away and is back. */
  onReturn(returned: (shard: Shard) => void): void {
    this.returned = returned;
  }

  async leave(): Promise<void> {
    this.groupStore.stop();
    await this.presence.leave();
    this.shards.stop();
  }

  health(): EngineHealth {
    const { all, down, waiting, interruptions, cutOff, lastFailure } = this.shards;
    const status = down === 0 ? 'up' : down === all.length ? 'down' : 'degraded';
    const { malformed, oversized } = this.reader;
    const counts = { malformed, oversized, interruptions, cutOff, waiting };
    const details = { shards: all.length, down, ...counts };
    return { status, ...(status !== 'up' && { reason: lastFailure }), details };
  }
}
