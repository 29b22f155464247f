import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { Member, Target } from '../../engine/target.js';
import type { CloseRequest } from '../../protocol/close.js';
import { connectionIdOf } from '../../protocol/names.js';
import type { PushEvent } from '../../registry/push-event.js';

/** The name of a node, as long as they are. */
export const NODE = 'recording0';

/** Who is here, because the test says so, and who is in which group. */
export class CannedPresence {
  private readonly connections = new Map<string, ConnectionInfo>();
  /** Per group its uids and connectionIds. */
  private readonly groups = new Map<string, Set<string>>();
  private lastConnection = 0;
  /** The number of the last online or offline. */
  seq = 0;

  constructor(private readonly tell: (event: PushEvent) => void) {}

  arrive(uid: string, details: Partial<ConnectionInfo>): ConnectionInfo {
    const { node = NODE } = details;
    const connection: ConnectionInfo = {
      codec: 'json',
      since: new Date().toISOString(),
      address: '127.0.0.1',
      claims: {},
      attributes: {},
      ...details,
      node,
      uid,
      connectionId: connectionIdOf(node, ++this.lastConnection),
    };
    const isFirst = this.of(uid).length === 0;
    this.connections.set(connection.connectionId, connection);
    this.tell({ type: 'connected', connection });
    if (isFirst) this.tell({ type: 'online', uid, seq: ++this.seq });
    return connection;
  }

  leave(member: Member, { code, reason }: CloseRequest): void {
    for (const connection of this.within(member)) {
      const { connectionId, uid } = connection;
      this.connections.delete(connectionId);
      for (const members of this.groups.values()) members.delete(connectionId);
      this.tell({ type: 'disconnected', connection, code, reason });
      if (this.of(uid).length === 0) this.tell({ type: 'offline', uid, seq: ++this.seq });
    }
  }

  all(): ConnectionInfo[] {
    return [...this.connections.values()];
  }

  of(uid: string): ConnectionInfo[] {
    return this.all().filter((connection) => connection.uid === uid);
  }

  uids(): string[] {
    return [...new Set(this.all().map(({ uid }) => uid))];
  }

  join(member: Member, group: string): void {
    // A connection that has gone is no error, and no member.
    if (member.kind === 'connection' && !this.connections.has(member.connectionId)) return;
    const members = this.groups.get(group) ?? new Set<string>();
    this.groups.set(group, members.add(nameOf(member)));
  }

  part(member: Member, group: string): void {
    this.groups.get(group)?.delete(nameOf(member));
  }

  dissolve(group: string): void {
    this.groups.delete(group);
  }

  uidsInGroup(group: string): string[] {
    const members = [...(this.groups.get(group) ?? [])];
    return [...new Set(members.map((name) => this.connections.get(name)?.uid ?? name))];
  }

  /** The connections that a message for the target reaches. */
  within(target: Target): ConnectionInfo[] {
    return this.all().filter(({ uid, connectionId }) => {
      switch (target.kind) {
        case 'uid':
          return target.uid === uid;
        case 'uids':
          return target.uids.includes(uid);
        case 'connection':
          return target.connectionId === connectionId;
        case 'group': {
          const members = this.groups.get(target.group);
          return members !== undefined && (members.has(uid) || members.has(connectionId));
        }
        case 'all':
          return true;
      }
    });
  }
}

function nameOf(member: Member): string {
  return member.kind === 'uid' ? member.uid : member.connectionId;
}
