import type { ConnectionInfo } from '../../engine/connection-info.js';
import type {
  Admission,
  ConnectionLimit,
  Counts,
  Engine,
  EngineHealth,
  Registration,
  UidPresence,
} from '../../engine/engine.js';
import { MemoryEngine } from '../../engine/memory/memory.engine.js';
import type { NodeHandler, NodeNote } from '../../engine/node-handler.js';
import type { Except, Member, Target } from '../../engine/target.js';
import type { History, HistoryKeeper } from '../../history/history.js';
import type { CheckedHistoryOptions } from '../../history/history.options.js';
import type { CloseRequest } from '../../protocol/close.js';
import { ErrorCode } from '../../protocol/codes.js';
import type { Message } from '../../protocol/message.js';
import { PushException } from '../../protocol/push.exception.js';
import { SimulatedHistory } from './simulated.history.js';
import type { SimulatedNetwork } from './simulated-network.js';
import type { SimulatedNode } from './simulated-node.js';

/**
 * The memory engine over a network that has faults: the same rules about who is where, and calls
 * that reach the others, or throw `UNAVAILABLE`.
 */
export class SimulatedEngine implements Engine, HistoryKeeper {
  private readonly memory: MemoryEngine;
  private joined: SimulatedNode | undefined;

  /** @internal */
  constructor(private readonly network: SimulatedNetwork) {
    this.memory = new MemoryEngine(network.memory);
  }

  /** @internal */
  get isStarted(): boolean {
    return this.joined !== undefined;
  }

  start(handler: NodeHandler): void {
    this.joined = this.network.join(handler);
    this.memory.start(this.joined);
  }

  stop(): void {
    if (this.node.isReachable) this.memory.stop();
  }

  health(): EngineHealth {
    if (this.node.isReachable) return this.memory.health();
    return { status: 'down', reason: 'it is cut off in the test', details: {} };
  }

  register(connection: Registration, limit?: ConnectionLimit): Admission {
    return this.call(() => this.memory.register(connection, limit));
  }

  /** Of one that is cut off the others hear when it is back. */
  unregister(connection: Registration): void {
    if (this.node.isReachable) this.call(() => this.memory.unregister(connection));
  }

  publish(target: Target, message: Message, except?: Except): number {
    return this.call(() => this.memory.publish(target, message, except));
  }

  disconnect(member: Member, close: CloseRequest): number {
    return this.call(() => this.memory.disconnect(member, close));
  }

  tell(name: string, note: NodeNote): boolean {
    return this.call(() => this.network.reaches(name) && this.memory.tell(name, note));
  }

  claim(key: string, text: string, ttl: number): string | undefined {
    return this.call(() => this.memory.claim(key, text, ttl));
  }

  keep(key: string, claimed: string, text: string, ttl: number): void {
    this.call(() => this.memory.keep(key, claimed, text, ttl));
  }

  release(key: string, claimed: string): void {
    this.call(() => this.memory.release(key, claimed));
  }

  joinGroup(member: Member, group: string): void {
    this.call(() => this.memory.joinGroup(member, group));
  }

  leaveGroup(member: Member, group: string): void {
    this.call(() => this.memory.leaveGroup(member, group));
  }

  dissolveGroup(group: string): void {
    this.call(() => this.memory.dissolveGroup(group));
  }

  /** It never fails: a node that is cut off sees it when it is back. */
  watch(uids: readonly string[]): void {
    this.network.call(this.node, () => this.memory.watch(uids));
  }

  unwatch(uids: readonly string[]): void {
    this.memory.unwatch(uids);
  }

  online(uids: readonly string[]): boolean[] {
    return this.call(() => this.memory.online(uids));
  }

  presence(uid: string): UidPresence {
    return this.call(() => this.memory.presence(uid));
  }

  connectionsOf(uid: string): ConnectionInfo[] {
    return this.call(() => this.memory.connectionsOf(uid));
  }

  counts(): Counts {
    return this.call(() => this.memory.counts());
  }

  nodes(): string[] {
    return this.call(() => this.memory.nodes());
  }

  uids(): Iterable<readonly string[]> {
    return this.call(() => this.memory.uids());
  }

  uidsInGroup(group: string): string[] {
    return this.call(() => this.memory.uidsInGroup(group));
  }

  /** All nodes share what is kept, as they do in one Redis. */
  history(options: CheckedHistoryOptions): History {
    return new SimulatedHistory(this.memory.history(options), {
      call: (run) => this.call(run),
      listen: (listener) => (this.node.history = listener),
    });
  }

  private get node(): SimulatedNode {
    if (this.joined === undefined) throw new Error('This engine has not been started.');
    return this.joined;
  }

  /** @throws PushException UNAVAILABLE when this node is cut off */
  private call<T>(run: () => T): T {
    if (!this.node.isReachable) throw unavailable();
    return this.network.call(this.node, run);
  }
}

function unavailable(): PushException {
  const sentence = 'The cluster cannot be reached: this node is cut off in the test.';
  return new PushException(ErrorCode.UNAVAILABLE, sentence);
}
