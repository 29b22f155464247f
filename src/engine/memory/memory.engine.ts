import { REPLACED, type CloseRequest } from '../../protocol/close.js';
import type { History, HistoryKeeper } from '../../history/history.js';
import type { CheckedHistoryOptions } from '../../history/history.options.js';
import { MemoryHistory } from '../../history/memory/memory.history.js';
import type { Message } from '../../protocol/message.js';
import { nodeOfConnection } from '../../protocol/names.js';
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
import type { ConnectionInfo } from '../connection-info.js';
import type { Except, Member, Target } from '../target.js';
import { drop, MemoryCluster, setOf } from './memory-cluster.js';

const BATCH = 1_000;

/**
 * The engine of one process. Engines that are given the same `MemoryCluster` are nodes of one
 * system: two Nest applications in one process, or a test of several nodes.
 */
export class MemoryEngine implements Engine, HistoryKeeper {
  readonly isSolitary: boolean;
  private readonly cluster: MemoryCluster;
  private node: NodeHandler | undefined;

  /** @param cluster what it shares with the engines of other nodes in this process */
  constructor(cluster?: MemoryCluster) {
    this.isSolitary = cluster === undefined;
    this.cluster = cluster ?? new MemoryCluster();
  }

  start(node: NodeHandler): void {
    this.node = node;
    this.cluster.nodes.set(node.node, node);
  }

  stop(): void {
    if (this.node !== undefined) this.cluster.nodes.delete(this.node.node);
  }

  health(): EngineHealth {
    return { status: 'up', details: {} };
  }

  register({ connectionId, uid }: Registration, limit?: ConnectionLimit): Admission {
    if (!this.node?.connectionIdsOf(uid).includes(connectionId)) {
      return { admitted: false, isFinal: true };
    }
    const count = this.countOf(uid);
    if (limit?.beyond === 'refuse' && count > limit.max) {
      return { admitted: false, isFinal: true };
    }
    if (limit?.beyond === 'close-oldest') {
      setOf(this.cluster.arrivals, uid).add(connectionId);
      this.closeOldest(uid, count - limit.max);
    }
    if (count === 1) this.change(uid, true);
    for (const group of this.cluster.memberships.groupsOf(uid)) {
      this.node?.joinGroup({ kind: 'uid', uid }, group);
    }
    return { admitted: true };
  }

  unregister({ connectionId, uid }: Registration): void {
    drop(this.cluster.arrivals, uid, connectionId);
    if (this.countOf(uid) === 0) this.change(uid, false);
  }

  publish(target: Target, message: Message, except?: Except): number {
    if (target.kind === 'connection') {
      return this.nodeOf(target.connectionId)?.deliver(target, message, except) ? 1 : 0;
    }
    return this.countNodes((node) => node.deliver(target, message, except));
  }

  disconnect(member: Member, close: CloseRequest): number {
    return this.countNodes((node) => node.disconnect(member, close));
  }

  tell(name: string, note: NodeNote): boolean {
    const node = this.cluster.nodes.get(name);
    node?.told(note);
    return node !== undefined;
  }

  claim(key: string, text: string, ttl: number): string | undefined {
    return this.cluster.claims.claim(key, text, ttl);
  }

  keep(key: string, claimed: string, text: string, ttl: number): void {
    this.cluster.claims.keep(key, claimed, text, ttl);
  }

  release(key: string, claimed: string): void {
    this.cluster.claims.release(key, claimed);
  }

  joinGroup(member: Member, group: string): void {
    if (member.kind === 'uid') this.cluster.memberships.join(member.uid, group);
    for (const node of this.cluster.nodes.values()) node.joinGroup(member, group);
  }

  leaveGroup(member: Member, group: string): void {
    if (member.kind === 'uid') this.cluster.memberships.leave(member.uid, group);
    for (const node of this.cluster.nodes.values()) node.leaveGroup(member, group);
  }

  dissolveGroup(group: string): void {
    for (const uid of [...this.cluster.memberships.uidsOf(group)]) {
      this.leaveGroup({ kind: 'uid', uid }, group);
    }
    for (const node of this.cluster.nodes.values()) node.dissolveGroup(group);
  }

  online(uids: readonly string[]): boolean[] {
    return uids.map((uid) => this.countOf(uid) > 0);
  }

  presence(uid: string): UidPresence {
    return { online: this.countOf(uid) > 0, seq: this.cluster.seq };
  }

  watch(uids: readonly string[]): void {
    const { node } = this;
    if (node === undefined) return;
    for (const uid of uids) {
      const watchers = setOf(this.cluster.watchers, uid);
      if (watchers.has(node)) continue;
      watchers.add(node);
      const { online, seq } = this.presence(uid);
      node.presenceSeen(uid, online, seq);
    }
  }

  unwatch(uids: readonly string[]): void {
    if (this.node === undefined) return;
    for (const uid of uids) drop(this.cluster.watchers, uid, this.node);
  }

  connectionsOf(uid: string): ConnectionInfo[] {
    return this.handlers().flatMap((node) => node.connectionsOf(uid));
  }

  counts(): Counts {
    const nodes = this.handlers();
    const connections = nodes.reduce((sum, node) => sum + node.countConnections(), 0);
    const uids =
      nodes.length === 1
        ? nodes[0].countUids()
        : new Set(nodes.flatMap((node) => [...node.uids()])).size;
    return { connections, uids, nodes: nodes.length };
  }

  nodes(): string[] {
    return [...this.cluster.nodes.keys()];
  }

  *uids(): Iterable<readonly string[]> {
    const seen = new Set<string>();
    for (const node of this.handlers()) for (const uid of node.uids()) seen.add(uid);
    let batch: string[] = [];
    for (const uid of seen) {
      if (batch.push(uid) < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  uidsInGroup(group: string): string[] {
    const uids = new Set(this.cluster.memberships.uidsOf(group));
    for (const node of this.handlers()) for (const uid of node.uidsInGroup(group)) uids.add(uid);
    return [...uids];
  }

  /** What is kept is lost with the process. */
  history(options: CheckedHistoryOptions): History {
    const { nodes } = this.cluster;
    return new MemoryHistory(this.cluster.archive(options), (uid, message, except, reached) => {
      const target = { kind: 'uid', uid } as const;
      for (const node of nodes.values()) {
        if (node.deliver(target, message, except)) reached.add(node.node);
      }
    });
  }

  private change(uid: string, online: boolean): void {
    const seq = this.cluster.step();
    this.node?.presenceChanged(uid, online, seq);
    for (const node of this.cluster.watchers.get(uid) ?? []) node.presenceSeen(uid, online, seq);
  }

  private handlers(): NodeHandler[] {
    return [...this.cluster.nodes.values()];
  }

  private nodeOf(connectionId: string): NodeHandler | undefined {
    return this.cluster.nodes.get(nodeOfConnection(connectionId) ?? '');
  }

  private countNodes(held: (node: NodeHandler) => boolean): number {
    let count = 0;
    for (const node of this.cluster.nodes.values()) if (held(node)) count++;
    return count;
  }

  private countOf(uid: string): number {
    let count = 0;
    for (const node of this.cluster.nodes.values()) count += node.connectionIdsOf(uid).length;
    return count;
  }

  private closeOldest(uid: string, count: number): void {
    const oldestFirst = [...(this.cluster.arrivals.get(uid) ?? [])];
    for (const connectionId of oldestFirst.slice(0, Math.max(count, 0))) {
      this.nodeOf(connectionId)?.disconnect({ kind: 'connection', connectionId }, REPLACED);
    }
  }
}
