import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { NodeHandler, NodeNote } from '../../engine/node-handler.js';
import type { Except, Member, Target } from '../../engine/target.js';
import type { HistoryListener } from '../../history/history.js';
import type { CloseRequest } from '../../protocol/close.js';
import type { Message } from '../../protocol/message.js';
import { LastKnownState, type KnownState } from './known-state.js';
import type { Content } from './parcel.js';

/** Takes what goes to a node, and hands it over now, later or never. */
export type Carry = (to: SimulatedNode, content: Content, handOver: () => void) => void;

/**
 * A node as the others see it over the network: what they send to it is carried, and what they
 * know of it is how it is, or how it was when it was last reached.
 */
export class SimulatedNode implements NodeHandler {
  readonly node: string;
  readonly maxMessageBytes: number;
  /** Told when it comes back. */
  history: HistoryListener | undefined;
  private away: LastKnownState | undefined;
  private readonly groups = new Set<string>();
  /** Uids that it watches and of which it has heard nothing while it was away. */
  readonly unseen = new Set<string>();
  /** Changes of groups that it has to hear of when it comes back. */
  private readonly missed: (() => void)[] = [];

  constructor(
    readonly index: number,
    private readonly handler: NodeHandler,
    private readonly carry: Carry,
  ) {
    this.node = handler.node;
    this.maxMessageBytes = handler.maxMessageBytes;
  }

  get isReachable(): boolean {
    return this.away === undefined;
  }

  /** From now on nobody reaches it, and it reaches nobody. */
  goAway(): void {
    this.away ??= new LastKnownState(this.handler, this.groups);
  }

  comeBack(): void {
    this.away = undefined;
    for (const change of this.missed.splice(0)) change();
    this.history?.doubted(() => true);
  }

  deliver(target: Target, message: Message, except?: Except): boolean {
    if (!this.isReachable || !this.holds(target)) return false;
    this.carry(this, { kind: 'message', target, message }, () => {
      this.handler.deliver(target, message, except);
    });
    return true;
  }

  disconnect(target: Member, close: CloseRequest): boolean {
    if (!this.isReachable) return false;
    const held = this.holds(target);
    // Without a connection too: one may be coming.
    this.carry(this, { kind: 'close', target }, () => this.handler.disconnect(target, close));
    return held;
  }

  told(note: NodeNote): void {
    this.carry(this, { kind: 'note', note }, () => this.handler.told(note));
  }

  joinGroup(member: Member, group: string): boolean {
    this.groups.add(group);
    return this.change(() => this.handler.joinGroup(member, group));
  }

  leaveGroup(member: Member, group: string): boolean {
    return this.change(() => this.handler.leaveGroup(member, group));
  }

  dissolveGroup(group: string): void {
    this.change(() => {
      this.handler.dissolveGroup(group);
      return false;
    });
  }

  connectionIdsOf(uid: string): string[] {
    return this.known.connectionIdsOf(uid);
  }

  connectionsOf(uid: string): ConnectionInfo[] {
    return this.known.connectionsOf(uid);
  }

  hasGroup(group: string): boolean {
    return this.known.hasGroup(group);
  }

  uidsInGroup(group: string): string[] {
    return this.known.uidsInGroup(group);
  }

  countConnections(): number {
    return this.known.countConnections();
  }

  countUids(): number {
    return this.known.countUids();
  }

  uids(): Iterable<string> {
    return this.known.uids();
  }

  presenceChanged(uid: string, online: boolean, seq: number): void {
    this.handler.presenceChanged(uid, online, seq);
  }

  presenceSeen(uid: string, online: boolean, seq: number): void {
    if (!this.isReachable) return void this.unseen.add(uid);
    this.carry(this, { kind: 'presence', uid, online }, () => {
      this.handler.presenceSeen(uid, online, seq);
    });
  }

  private get known(): KnownState {
    return this.away ?? this.handler;
  }

  private change(make: () => boolean): boolean {
    if (this.isReachable) return make();
    this.missed.push(make);
    return false;
  }

  private holds(target: Target): boolean {
    const { handler } = this;
    switch (target.kind) {
      case 'uid':
        return handler.connectionIdsOf(target.uid).length > 0;
      case 'uids':
        return target.uids.some((uid) => handler.connectionIdsOf(uid).length > 0);
      case 'group':
        return handler.hasGroup(target.group);
      case 'connection':
        return [...handler.uids()].some((uid) =>
          handler.connectionIdsOf(uid).includes(target.connectionId),
        );
      case 'all':
        return handler.countConnections() > 0;
    }
  }
}
