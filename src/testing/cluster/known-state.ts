import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { NodeHandler } from '../../engine/node-handler.js';

/** What others can know of a node. */
export type KnownState = Pick<
  NodeHandler,
  | 'connectionIdsOf'
  | 'connectionsOf'
  | 'hasGroup'
  | 'uidsInGroup'
  | 'countConnections'
  | 'countUids'
  | 'uids'
>;

/** What others believe of a node that they cannot ask: how it was when they could. */
export class LastKnownState implements KnownState {
  private readonly connections: ReadonlyMap<string, ConnectionInfo[]>;
  private readonly members: ReadonlyMap<string, string[]>;

  constructor(node: KnownState, groups: Iterable<string>) {
    this.connections = new Map(Array.from(node.uids(), (uid) => [uid, node.connectionsOf(uid)]));
    this.members = new Map(Array.from(groups, (group) => [group, node.uidsInGroup(group)]));
  }

  connectionIdsOf(uid: string): string[] {
    return this.connectionsOf(uid).map(({ connectionId }) => connectionId);
  }

  connectionsOf(uid: string): ConnectionInfo[] {
    return this.connections.get(uid) ?? [];
  }

  hasGroup(group: string): boolean {
    return this.uidsInGroup(group).length > 0;
  }

  uidsInGroup(group: string): string[] {
    return this.members.get(group) ?? [];
  }

  countConnections(): number {
    return [...this.connections.values()].reduce((sum, list) => sum + list.length, 0);
  }

  countUids(): number {
    return this.connections.size;
  }

  uids(): Iterable<string> {
    return this.connections.keys();
  }
}
