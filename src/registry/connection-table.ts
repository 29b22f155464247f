import { Membership, type Connection } from './connection.js';

/** The connections that this node holds, found by connectionId, by uid and by group. */
export class ConnectionTable {
  private readonly byId = new Map<string, Connection>();
  /** The oldest connection of each uid; the others hang on it by `sibling`. */
  private readonly byUid = new Map<string, Connection>();
  private readonly byGroup = new Map<string, Set<Connection>>();

  get size(): number {
    return this.byId.size;
  }

  get uidCount(): number {
    return this.byUid.size;
  }

  add(connection: Connection): void {
    this.byId.set(connection.connectionId, connection);
    const oldest = this.byUid.get(connection.uid);
    if (oldest === undefined) {
      this.byUid.set(connection.uid, connection);
      return;
    }
    let youngest = oldest;
    while (youngest.sibling !== null) youngest = youngest.sibling;
    youngest.sibling = connection;
  }

  /** Takes it out of every index; answers whether it was in. */
  remove(connection: Connection): boolean {
    if (!this.byId.delete(connection.connectionId)) return false;
    this.unlink(connection);
    for (const group of connection.groups?.keys() ?? []) this.dropFromGroup(connection, group);
    return true;
  }

  get(connectionId: string): Connection | undefined {
    return this.byId.get(connectionId);
  }

  /** The oldest connection of the uid; follow `sibling` for the others. */
  oldestOf(uid: string): Connection | undefined {
    return this.byUid.get(uid);
  }

  /** Every connection of the uid, oldest first; a snapshot, so the table may change meanwhile. */
  of(uid: string): Connection[] {
    const found: Connection[] = [];
    let connection = this.byUid.get(uid) ?? null;
    for (; connection !== null; connection = connection.sibling) found.push(connection);
    return found;
  }

  all(): IterableIterator<Connection> {
    return this.byId.values();
  }

  uids(): IterableIterator<string> {
    return this.byUid.keys();
  }

  group(group: string): ReadonlySet<Connection> | undefined {
    return this.byGroup.get(group);
  }

  join(connection: Connection, group: string, why: Membership): void {
    const groups = (connection.groups ??= new Map<string, number>());
    groups.set(group, (groups.get(group) ?? 0) | why);
    let members = this.byGroup.get(group);
    if (members === undefined) this.byGroup.set(group, (members = new Set()));
    members.add(connection);
  }

  /** Takes away one reason to be in the group; without any left the connection is out of it. */
  leave(connection: Connection, group: string, why: Membership): void {
    const remaining = (connection.groups?.get(group) ?? 0) & ~why;
    if (remaining !== 0) {
      connection.groups!.set(group, remaining);
      return;
    }
    connection.groups?.delete(group);
    this.dropFromGroup(connection, group);
  }

  /** Leaves in the group whoever is there by its uid. */
  dissolve(group: string): void {
    for (const connection of [...(this.byGroup.get(group) ?? [])]) {
      this.leave(connection, group, Membership.OfConnection);
    }
  }

  private unlink(connection: Connection): void {
    const oldest = this.byUid.get(connection.uid)!;
    if (oldest === connection) {
      if (connection.sibling === null) this.byUid.delete(connection.uid);
      else this.byUid.set(connection.uid, connection.sibling);
    } else {
      let before = oldest;
      while (before.sibling !== connection) before = before.sibling!;
      before.sibling = connection.sibling;
    }
    connection.sibling = null;
  }

  private dropFromGroup(connection: Connection, group: string): void {
    const members = this.byGroup.get(group);
    if (members?.delete(connection) && members.size === 0) this.byGroup.delete(group);
  }
}
