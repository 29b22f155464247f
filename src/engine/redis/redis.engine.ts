import type {
  Admission,
  ConnectionLimit,
  Counts,
  Engine,
  EngineHealth,
  Registration,
} from '../engine.js';
import type { CloseRequest } from '../../protocol/close.js';
import type { NodeHandler } from '../node-handler.js';
import type { ConnectionInfo } from '../connection-info.js';
import type { Except, Member, Target } from '../target.js';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import type { Message } from '../../protocol/message.js';
import { nodeOfConnection } from '../../protocol/names.js';
import { encodeMessage, encodeOrder, type Order } from './channels/envelope.js';
import { Groups } from './channels/groups.js';
import { ChannelReader } from './channels/channel-reader.js';
import {
  checkRedisOptions,
  type CheckedRedisOptions,
  type RedisEngineOptions,
} from './redis.options.js';
import { ShardPresence } from './presence/shard-presence.js';
import { Questions } from './channels/questions.js';
import { count, publishToUids } from './scripts/index.js';
import { Shards, type Shard } from './servers/shards.js';

const PAGE = 1_000;
/** Signs of life in a leaseTime. */
const BEATS = 6;

/**
 * Any number of nodes as one system, through Redis. REDIS.md says what goes over the wire.
 *
 * Every uid that has a connection has a channel on which exactly the nodes listen that hold one;
 * a group with connections in it has one, too. So Redis itself finds the way, counts the nodes,
 * and forgets those that die; and any program that can PUBLISH can push. Beside that Redis keeps
 * who is here, for what must be exact over all nodes: limits, online and offline, counts.
 *
 * What concerns connections of this node never waits for Redis.
 */
export class RedisEngine implements Engine {
  private readonly options: CheckedRedisOptions;
  private readonly shards: Shards;
  private readonly questions: Questions;
  private readonly presences = new Map<Shard, ShardPresence>();
  private node!: NodeHandler;
  private groups!: Groups;
  private reader!: ChannelReader;
  private beats: NodeJS.Timeout | undefined;

  /** @throws Error that names a broken option and what is allowed */
  constructor(options: RedisEngineOptions) {
    this.options = checkRedisOptions(options);
    this.questions = new Questions(this.options.commandTimeout);
    this.shards = new Shards(this.options, {
      onMessage: (shard, channel, text) => this.reader.receive(shard, channel, text),
      onUp: (shard) => this.presences.get(shard)!.restore(),
      onDown: (shard) => this.presences.get(shard)!.lose(),
    });
  }

  /** @throws PushException UNAVAILABLE when Redis cannot be reached at the start */
  async start(node: NodeHandler): Promise<void> {
    this.node = node;
    this.groups = new Groups(this.shards, node);
    this.reader = new ChannelReader(this.shards, node, this.groups, this.questions, (uid, group) =>
      this.onLeft(uid, group),
    );
    for (const shard of this.shards.all) {
      const isOurs = (uid: string): boolean => this.shards.of(uid) === shard;
      const presence = new ShardPresence(shard, node, this.options, this.groups, isOurs);
      this.presences.set(shard, presence);
      quietly(shard.subscriptions.want(shard.names.node(node.node)));
    }
    await this.shards.start();
    this.beats = setInterval(() => this.beat(), this.options.leaseTime / BEATS);
    this.beats.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.beats);
    await Promise.allSettled(Array.from(this.presences.values(), (presence) => presence.leave()));
    this.shards.stop();
  }

  /** How it goes with Redis, and how many messages could not be read. */
  health(): EngineHealth {
    const { all, down, lastFailure } = this.shards;
    const status = down === 0 ? 'up' : down === all.length ? 'down' : 'degraded';
    const details = { shards: all.length, down, malformed: this.reader?.malformed ?? 0 };
    return { status, ...(status !== 'up' && { reason: lastFailure }), details };
  }

  register(connection: Registration, limit?: ConnectionLimit): MaybePromise<Admission> {
    const everyone = this.shards.of('all');
    const listening = everyone.subscriptions.want(everyone.names.all);
    const admission = this.presenceOf(connection.uid).register(connection, limit);
    if (!(admission instanceof Promise)) {
      quietly(listening);
      return this.tidied(admission);
    }
    return Promise.allSettled([listening]).then(async () => this.tidied(await admission));
  }

  unregister(connection: Registration, groups: readonly string[]): MaybePromise<void> {
    for (const group of groups) this.groups.tidy(group);
    this.tidyAll();
    return this.presenceOf(connection.uid).unregister(connection);
  }

  publish(target: Target, message: Message, except?: Except): MaybePromise<number> {
    switch (target.kind) {
      case 'connection':
        return this.publishToConnection(target.connectionId, message, except);
      case 'uids':
        return this.publishToUids([...new Set(target.uids)], message, except);
      default: {
        this.node.deliver(target, message, except);
        const [shard, channel] = this.channelOf(target);
        return shard.publish(channel, encodeMessage(this.node.node, message, { except }));
      }
    }
  }

  async disconnect(member: Member, close: CloseRequest): Promise<number> {
    const answers = await this.order(member, { task: 'close', ...close });
    return answers.filter((held) => held === true).length;
  }

  async joinGroup(member: Member, group: string): Promise<void> {
    if (member.kind === 'uid') await this.groups.write(member.uid, [group]);
    await this.order(member, { task: 'join', group });
  }

  async leaveGroup(member: Member, group: string): Promise<void> {
    if (member.kind === 'uid') await this.groups.erase(member.uid, group);
    await this.order(member, { task: 'leave', group });
  }

  async dissolveGroup(group: string): Promise<void> {
    await this.groups.eraseAll(group);
    await this.ask({ kind: 'group', group }, { task: 'dissolve' });
  }

  async online(uids: readonly string[]): Promise<boolean[]> {
    const online = new Map<string, boolean>();
    const asked = Array.from(this.byShard(uids), async ([shard, ours]) => {
      const scores = await shard.send(['ZMSCORE', shard.names.uids, ...ours]);
      for (const [i, score] of (scores as unknown[]).entries()) online.set(ours[i], score !== null);
    });
    await Promise.all(asked);
    return uids.map((uid) => online.get(uid)!);
  }

  async connectionsOf(uid: string): Promise<ConnectionInfo[]> {
    const answers = await this.ask({ kind: 'uid', uid }, { task: 'connections' });
    return (answers as ConnectionInfo[][]).flat();
  }

  async counts(): Promise<Counts> {
    const all = await Promise.all(this.shards.all.map((shard) => shard.run(count, [])));
    const sum: Counts = { connections: 0, uids: 0, nodes: 0 };
    for (const [connections, uids, nodes] of all as [number, number, number][]) {
      sum.connections += connections;
      sum.uids += uids;
      sum.nodes = Math.max(sum.nodes, nodes);
    }
    return sum;
  }

  /** In the order of their bytes, shard by shard: none can come twice. */
  async *uids(): AsyncIterable<readonly string[]> {
    for (const shard of this.shards.all) {
      let after = '-';
      for (;;) {
        const range = [shard.names.uids, after, '+', 'BYLEX', 'LIMIT', '0', String(PAGE)];
        const uids = (await shard.send(['ZRANGE', ...range])) as string[];
        if (uids.length > 0) yield uids;
        if (uids.length < PAGE) break;
        after = `(${uids[uids.length - 1]}`;
      }
    }
  }

  async uidsInGroup(group: string): Promise<string[]> {
    const found = new Set<string>();
    const asked = this.ask({ kind: 'group', group }, { task: 'members' });
    asked.catch(() => undefined);
    for await (const uids of this.groups.members(group)) for (const uid of uids) found.add(uid);
    for (const uid of ((await asked) as string[][]).flat()) found.add(uid);
    return [...found];
  }

  private publishToConnection(
    connectionId: string,
    message: Message,
    except: Except | undefined,
  ): MaybePromise<number> {
    const owner = nodeOfConnection(connectionId) ?? '';
    if (owner === this.node.node) {
      return this.node.deliver({ kind: 'connection', connectionId }, message, except) ? 1 : 0;
    }
    const home = this.shards.of(owner);
    const answers = this.questions.ask((replyTo) => {
      const extra = { except, connection: connectionId, replyTo };
      const text = encodeMessage(this.node.node, message, extra);
      return home.publish(home.names.node(owner), text);
    });
    return answers.then((held) => (held[0] === true ? 1 : 0));
  }

  /** One message to each node that holds one of the uids, of each shard that has one of them. */
  private async publishToUids(
    uids: readonly string[],
    message: Message,
    except: Except | undefined,
  ): Promise<number> {
    this.node.deliver({ kind: 'uids', uids }, message, except);
    const sent = Array.from(this.byShard(uids), ([shard, ours]) => {
      const text = encodeMessage(this.node.node, message, { except, uids: ours });
      return shard.run(publishToUids, [shard.publishCommand, text, ...ours]);
    });
    return new Set((await Promise.all(sent)).flat()).size;
  }

  private channelOf(target: Target): [Shard, string] {
    switch (target.kind) {
      case 'uid': {
        const shard = this.shards.of(target.uid);
        return [shard, shard.names.uid(target.uid)];
      }
      case 'group': {
        const shard = this.shards.of(target.group);
        return [shard, shard.names.group(target.group)];
      }
      case 'connection': {
        const node = nodeOfConnection(target.connectionId) ?? '';
        const shard = this.shards.of(node);
        return [shard, shard.names.node(node)];
      }
      default: {
        const shard = this.shards.of('all');
        return [shard, shard.names.all];
      }
    }
  }

  /** Has every node that holds the member do something. */
  private order(member: Member, order: Omit<Order, 'connection'>): Promise<unknown[]> {
    return member.kind === 'uid'
      ? this.ask(member, order)
      : this.ask(member, { ...order, connection: member.connectionId });
  }

  private ask(target: Target, order: Order): Promise<unknown[]> {
    const [shard, channel] = this.channelOf(target);
    return this.questions.ask((replyTo) =>
      shard.publish(channel, encodeOrder(this.node.node, { ...order, replyTo })),
    );
  }

  private byShard(uids: readonly string[]): Map<Shard, string[]> {
    const parts = new Map<Shard, string[]>();
    for (const uid of uids) {
      const shard = this.shards.of(uid);
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, [uid]);
      else part.push(uid);
    }
    return parts;
  }

  private presenceOf(uid: string): ShardPresence {
    return this.presences.get(this.shards.of(uid))!;
  }

  private onLeft(uid: string | undefined, group: string): void {
    if (uid !== undefined) this.presenceOf(uid).leftGroup(uid, group);
    else for (const presence of this.presences.values()) presence.leftGroup(uid, group);
  }

  private tidied(admission: Admission): Admission {
    // The node lets go of a refused connection when it has heard of it.
    if (!admission.admitted) setImmediate(() => this.tidyAll());
    return admission;
  }

  /** Listens for what is for everyone only while somebody is here. */
  private tidyAll(): void {
    if (this.node.countConnections() > 0) return;
    const everyone = this.shards.of('all');
    void everyone.subscriptions.drop(everyone.names.all);
  }

  private beat(): void {
    for (const presence of this.presences.values()) quietly(presence.beat());
  }
}

/** Lets it fail: what it was for is done again when Redis is back. */
function quietly(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
