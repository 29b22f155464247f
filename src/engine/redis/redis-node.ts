import type { EngineHealth } from '../engine.js';
import type { NodeHandler } from '../node-handler.js';
import { ChannelReader } from './channels/channel-reader.js';
import { Groups } from './channels/groups.js';
import { Publisher } from './channels/publisher.js';
import { Questions } from './channels/questions.js';
import { Directory } from './presence/directory.js';
import { Presence } from './presence/presence.js';
import type { CheckedRedisOptions } from './redis.options.js';
import { Shards } from './servers/shards.js';
import type { Topology } from './servers/topology.js';

/** A node of the cluster: all that there is once the engine knows for which node it works. */
export class RedisNode {
  readonly groups: Groups;
  readonly publisher: Publisher;
  readonly presence: Presence;
  readonly directory: Directory;
  private readonly shards: Shards;
  private readonly reader: ChannelReader;

  constructor(
    private readonly node: NodeHandler,
    options: CheckedRedisOptions,
    topology: Topology,
  ) {
    this.shards = new Shards(topology, options, {
      onMessage: (shard, channel, text) => this.reader.receive(shard, channel, text),
      onUp: (shard) => this.presence.of(shard).restore(),
      onDown: (shard) => this.presence.of(shard).lose(),
    });
    const questions = new Questions(options.commandTimeout);
    this.groups = new Groups(this.shards, node);
    this.publisher = new Publisher(this.shards, node, questions);
    this.presence = new Presence(this.shards, node, this.groups, options);
    this.directory = new Directory(this.shards);
    this.reader = new ChannelReader(this.shards, node, this.groups, questions, (uid, group) =>
      this.presence.leftGroup(uid, group),
    );
  }

  /** @throws PushException UNAVAILABLE when Redis cannot be reached */
  async join(): Promise<void> {
    for (const { subscriptions, names } of this.shards.all) {
      // It takes effect when the server is there.
      subscriptions.want(names.node(this.node.node)).catch(() => undefined);
    }
    await this.shards.start();
    this.presence.startBeating();
  }

  async leave(): Promise<void> {
    await this.presence.leave();
    this.shards.stop();
  }

  health(): EngineHealth {
    const { all, down, lastFailure } = this.shards;
    const status = down === 0 ? 'up' : down === all.length ? 'down' : 'degraded';
    const details = { shards: all.length, down, malformed: this.reader.malformed };
    return { status, ...(status !== 'up' && { reason: lastFailure }), details };
  }
}
