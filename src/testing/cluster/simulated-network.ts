import { drop, MemoryCluster } from '../../engine/memory/memory-cluster.js';
import type { NodeHandler } from '../../engine/node-handler.js';
import type { Content, Parcel, ParcelFilter, Way } from './parcel.js';
import { SimulatedEngine } from './simulated.engine.js';
import { SimulatedNode } from './simulated-node.js';

/** A parcel on its way, and how it is handed over. */
interface UnderWay {
  readonly parcel: Parcel;
  readonly handOver: () => void;
}

interface Loss {
  readonly concerns: ParcelFilter;
  readonly lost: Parcel[];
}

/**
 * What the nodes of a simulated cluster share: a store, as Redis is one, that knows who is where
 * and keeps messages, and the ways between the nodes. Nothing of it has a clock: what is held up
 * goes on when it is told to.
 */
export class SimulatedNetwork {
  /** The store. */
  readonly memory = new MemoryCluster();
  private readonly nodes: SimulatedNode[] = [];
  private readonly underWay: UnderWay[] = [];
  private readonly losses: Loss[] = [];
  private readonly delays: ParcelFilter[] = [];
  /** Whose call is being carried out; calls of engines are synchronous. */
  private caller: SimulatedNode | undefined;

  newEngine(): SimulatedEngine {
    return new SimulatedEngine(this);
  }

  /** @internal */
  join(handler: NodeHandler): SimulatedNode {
    const node = new SimulatedNode(this.nodes.length, handler, (to, content, handOver) =>
      this.carry(to, content, handOver),
    );
    this.nodes.push(node);
    return node;
  }

  /** @internal Carries out what a node asks of the others. */
  call<T>(caller: SimulatedNode, run: () => T): T {
    const before = this.caller;
    this.caller = caller;
    try {
      return run();
    } finally {
      this.caller = before;
    }
  }

  /** @internal Whether a node of this name can be told something. */
  reaches(name: string): boolean {
    return this.nodes.some(({ node, isReachable }) => node === name && isReachable);
  }

  /** Whatever this says yes to is lost, until it heals; answers what was, a list that grows. */
  drop(concerns: ParcelFilter): readonly Parcel[] {
    const loss = { concerns, lost: [] };
    this.losses.push(loss);
    return loss.lost;
  }

  /** Whatever this says yes to waits for `flush`, and what comes after it on the same way. */
  delay(concerns: ParcelFilter): void {
    this.delays.push(concerns);
  }

  get waiting(): readonly Parcel[] {
    return this.underWay.map(({ parcel }) => parcel);
  }

  /** Hands over all that waits, but not what this causes; answers how many there were. */
  flush(): number {
    const waiting = this.underWay.splice(0);
    for (const { parcel, handOver } of waiting) this.handOver(parcel.to, handOver);
    return waiting.length;
  }

  /** These nodes reach nobody, the store neither, and nobody reaches them. */
  cutOff(indexes: readonly number[]): void {
    for (const index of indexes) this.nodes[index].goAway();
  }

  /** The store gives up those who are away: what they held is gone, and one who is here tells it. */
  expire(): void {
    for (const node of this.nodes) {
      if (node.isReachable || !this.memory.nodes.delete(node.node)) continue;
      const [witness] = this.reachable();
      for (const uid of node.uids()) {
        for (const id of node.connectionIdsOf(uid)) drop(this.memory.arrivals, uid, id);
        if (!this.isKnown(uid)) this.change(witness, uid, false);
      }
    }
  }

  /** No more faults: what waits is handed over, and who was cut off is back with what it holds. */
  heal(comingBack: readonly number[]): void {
    this.losses.length = 0;
    this.delays.length = 0;
    this.flush();
    for (const index of comingBack) this.comeBack(this.nodes[index]);
  }

  private comeBack(node: SimulatedNode): void {
    if (node.isReachable) return;
    const believed = new Set(this.memory.nodes.delete(node.node) ? node.uids() : []);
    node.comeBack();
    const held = new Set(node.uids());
    for (const uid of new Set([...believed, ...held])) {
      if (believed.has(uid) === held.has(uid) || this.isKnown(uid)) continue;
      this.change(node, uid, held.has(uid));
    }
    this.memory.nodes.set(node.node, node);
    for (const uid of node.unseen) node.presenceSeen(uid, this.isKnown(uid), this.memory.seq);
    node.unseen.clear();
  }

  /** The node tells it, and those who watch the uid see it. */
  private change(node: SimulatedNode | undefined, uid: string, online: boolean): void {
    const seq = this.memory.step();
    node?.presenceChanged(uid, online, seq);
    for (const watcher of this.memory.watchers.get(uid) ?? []) {
      watcher.presenceSeen(uid, online, seq);
    }
  }

  private reachable(): SimulatedNode[] {
    return this.nodes.filter(({ node, isReachable }) => isReachable && this.memory.nodes.has(node));
  }

  /** Whether the store knows of a connection of the uid. */
  private isKnown(uid: string): boolean {
    const nodes = [...this.memory.nodes.values()];
    return nodes.some((node) => node.connectionIdsOf(uid).length > 0);
  }

  private carry(to: SimulatedNode, content: Content, handOver: () => void): void {
    const from = this.caller ?? to;
    if (from === to) return handOver();
    const parcel: Parcel = { ...content, from: from.index, to: to.index };
    const loss = this.losses.find(({ concerns }) => concerns(parcel));
    if (loss !== undefined) return void loss.lost.push(parcel);
    // Nothing overtakes on one way.
    const waits = this.underWay.some((before) => isSameWay(before.parcel, parcel));
    if (waits || this.delays.some((concerns) => concerns(parcel))) {
      this.underWay.push({ parcel, handOver });
    } else {
      this.handOver(to.index, handOver);
    }
  }

  /** To whoever went away meanwhile it does not come. */
  private handOver(to: number, handOver: () => void): void {
    const node = this.nodes[to];
    if (node.isReachable) this.call(node, handOver);
  }
}

function isSameWay(one: Way, other: Way): boolean {
  return one.from === other.from && one.to === other.to;
}
