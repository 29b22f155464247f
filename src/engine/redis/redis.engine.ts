import type { History, HistoryKeeper } from '../../history/history.js';
import type { CheckedHistoryOptions } from '../../history/history.options.js';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import type { CloseRequest } from '../../protocol/close.js';
import type { Message } from '../../protocol/message.js';
import type { ConnectionInfo } from '../connection-info.js';
import type {
  Admission,
  ConnectionLimit,
  Counts,
  Engine,
  EngineHealth,
  Registration,
  UidPresence,
} from '../engine.js';
import type { NodeHandler, NodeNote } from '../node-handler.js';
import type { Except, Member, Target } from '../target.js';
import { RedisHistory } from './history/redis.history.js';
import type { MembershipTask } from './channels/envelope.js';
import { RedisNode } from './redis-node.js';
import {
  checkRedisOptions,
  type CheckedRedisOptions,
  type RedisEngineOptions,
} from './redis.options.js';
import { topologyOf, type Topology } from './servers/topology.js';
import { unavailable } from './servers/unavailable.js';

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
export class RedisEngine implements Engine, HistoryKeeper {
  private readonly options: CheckedRedisOptions;
  private readonly topology: Topology;
  private started: RedisNode | undefined;

  /** @throws Error that names a broken option and what is allowed */
  constructor(options: RedisEngineOptions) {
    this.options = checkRedisOptions(options);
    this.topology = topologyOf(this.options);
  }

  /** @throws PushException UNAVAILABLE when Redis cannot be reached within `startTimeout` */
  async start(node: NodeHandler): Promise<void> {
    this.started = new RedisNode(node, this.options, this.topology);
    await this.started.join();
  }

  async stop(): Promise<void> {
    await this.started?.leave();
  }

  /** How it goes with Redis, and how many messages could not be read. */
  health(): EngineHealth {
    if (this.started !== undefined) return this.started.health();
    const shards = this.topology.bases.length;
    return { status: 'down', details: { shards, down: shards } };
  }

  register(connection: Registration, limit?: ConnectionLimit): MaybePromise<Admission> {
    return this.node.presence.register(connection, limit);
  }

  unregister(connection: Registration, groups: readonly string[]): MaybePromise<void> {
    return this.node.presence.unregister(connection, groups);
  }

  publish(target: Target, message: Message, except?: Except): MaybePromise<number> {
    return this.node.publisher.publish(target, message, except);
  }

  async disconnect(member: Member, close: CloseRequest): Promise<number> {
    const { publisher } = this.node;
    const [answers] = await Promise.all([
      publisher.orderFor(member, { task: 'close', ...close }),
      member.kind === 'uid' && publisher.dismiss(member.uid, close),
    ]);
    return answers.filter((held) => held === true).length;
  }

  tell(node: string, note: NodeNote): MaybePromise<boolean> {
    return this.node.publisher.tell(node, note);
  }

  claim(key: string, text: string, ttl: number): Promise<string | undefined> {
    return this.node.claims.claim(key, text, ttl);
  }

  keep(key: string, claimed: string, text: string, ttl: number): Promise<void> {
    return this.node.claims.keep(key, claimed, text, ttl);
  }

  release(key: string, claimed: string): Promise<void> {
    return this.node.claims.release(key, claimed);
  }

  async joinGroup(member: Member, group: string): Promise<void> {
    await this.changeMember('join', member, group);
  }

  async leaveGroup(member: Member, group: string): Promise<void> {
    await this.changeMember('leave', member, group);
  }

  async dissolveGroup(group: string): Promise<void> {
    await this.node.groupStore.dissolve(group);
    await this.node.publisher.order({ kind: 'group', group }, { task: 'dissolve' });
  }

  async online(uids: readonly string[]): Promise<boolean[]> {
    return this.node.directory.online(uids);
  }

  async presence(uid: string): Promise<UidPresence> {
    return this.node.directory.presence(uid);
  }

  watch(uids: readonly string[]): Promise<void> {
    return this.node.presence.watch(uids);
  }

  unwatch(uids: readonly string[]): void {
    this.node.presence.unwatch(uids);
  }

  async connectionsOf(uid: string): Promise<ConnectionInfo[]> {
    const answers = await this.node.publisher.order({ kind: 'uid', uid }, { task: 'connections' });
    return (answers as ConnectionInfo[][]).flat();
  }

  async counts(): Promise<Counts> {
    return this.node.directory.counts();
  }

  async nodes(): Promise<string[]> {
    return this.node.directory.nodes();
  }

  uids(): AsyncIterable<readonly string[]> {
    return this.node.directory.uids();
  }

  async uidsInGroup(group: string): Promise<string[]> {
    const { groupStore, publisher } = this.node;
    const found = new Set<string>();
    const asked = publisher.order({ kind: 'group', group }, { task: 'members' });
    asked.catch(() => undefined);
    for await (const uids of groupStore.members(group)) for (const uid of uids) found.add(uid);
    for (const uid of ((await asked) as string[][]).flat()) found.add(uid);
    return [...found];
  }

  /** What is kept is in the same Redis: a message is appended and published in one step. */
  history(options: CheckedHistoryOptions): History {
    return new RedisHistory(options, () => this.node);
  }

  private async changeMember(task: MembershipTask, member: Member, group: string): Promise<void> {
    const { groupStore, publisher } = this.node;
    if (member.kind === 'uid') await groupStore.change(task, group, [member.uid]);
    else await publisher.orderFor(member, { task, group });
  }

  private get node(): RedisNode {
    if (this.started === undefined) throw unavailable('this node has not joined it yet');
    return this.started;
  }
}
