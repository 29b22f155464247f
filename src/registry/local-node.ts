import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Subject } from 'rxjs';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { NodeHandler, NodeNote } from '../engine/node-handler.js';
import type { ConnectionInfo } from '../engine/connection-info.js';
import type { Except, Member, Target } from '../engine/target.js';
import type { CloseRequest } from '../protocol/close.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Message, Notice } from '../protocol/message.js';
import { Signals } from '../signals/signals.js';
import { Admissions } from './admissions.js';
import { Arrivals } from './arrivals.js';
import { Membership, type Connection, type ConnectionDetails } from './connection.js';
import { ConnectionTable } from './connection-table.js';
import { FanOut } from './fan-out.js';
import { REGISTRY_OPTIONS, type CheckedRegistryOptions } from './registry.options.js';
import type { PresenceWatcher } from './presence-watcher.js';
import type { PushEvent } from './push-event.js';
import type { RetainedInbox } from './retained-inbox.js';
import type { Transport } from './transport.js';
import type { Undecided } from './undecided.js';

/** Hands notices of a kind to connections here, and answers whether it holds one. */
export type Courier = (target: Target, notice: Message) => boolean;

/**
 * This node: the connections that it holds, between the sockets on one side and the engine on
 * the other. Sockets `attach` and `detach`, the engine calls back to deliver.
 */
@Injectable()
export class LocalNode implements NodeHandler {
  readonly node = nodeName();
  readonly maxMessageBytes: number;
  readonly events = new Subject<PushEvent>();
  /** Clients that are about to be attached, if they turn out to be somebody. */
  readonly arrivals = new Arrivals();
  /** Where retained messages go first; null where there is no history. */
  inbox: RetainedInbox | null = null;
  /** Where messages to groups wait for connections that are being placed; null without sockets. */
  undecided: Undecided | null = null;
  /** Who is told of uids that this node watches; null until somebody is. */
  watcher: PresenceWatcher | null = null;
  private readonly logger = new Logger(LocalNode.name);
  private readonly table = new ConnectionTable();
  private readonly admissions: Admissions;
  private readonly listeners = new Map<string, (note: NodeNote) => void>();
  private readonly couriers = new Map<Notice, Courier>();

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(REGISTRY_OPTIONS)
    {
      maxConnectionsPerUid: max,
      connectionLimitPolicy: beyond,
      maxMessageBytes,
    }: CheckedRegistryOptions,
    private readonly signals: Signals,
  ) {
    this.maxMessageBytes = maxMessageBytes;
    const limit = max === 0 ? undefined : { max, beyond };
    this.admissions = new Admissions(this, this.table, engine, limit, signals);
  }

  /**
   * Takes in an authenticated socket. It is in the table before the engine knows of it: a
   * message that another node sends as soon as the uid is online must find it there.
   *
   * The transport knows its connection from the beginning: when it closes meanwhile, it lets go of
   * it at once.
   *
   * @returns the connection, or null when the uid has as many as it may have, or the socket was
   *   closed meanwhile
   * @throws PushException CONNECTION_LIMIT_UNSURE when the uid has so many on account of nodes that
   *   give no sign of life
   */
  attach(transport: Transport, details: ConnectionDetails): MaybePromise<Connection | null> {
    return this.admissions.attach(transport, details);
  }

  /**
   * Lets go of a connection; a second call for the same one does nothing. Of one that the engine
   * has not placed yet, nobody has heard: the engine is told when it has.
   */
  detach(connection: Connection, code: number, reason: string): void {
    this.admissions.detach(connection, code, reason);
  }

  deliver(target: Target, message: Message, except?: Except): boolean {
    const { notice, position } = message;
    if (notice !== undefined) {
      const courier = this.couriers.get(notice);
      if (courier !== undefined) return courier(target, message);
    }
    if (position !== undefined && this.inbox !== null && target.kind === 'uid') {
      return this.receive(target.uid, message, except, this.inbox);
    }
    const fanOut = new FanOut(message, except);
    switch (target.kind) {
      case 'uid':
        return this.deliverToUid(target.uid, fanOut);
      case 'uids':
        return this.deliverToUids(target.uids, fanOut);
      case 'group':
        this.undecided?.add(target.group, fanOut, message);
        return this.deliverToGroup(target.group, fanOut);
      case 'connection': {
        const connection = this.table.get(target.connectionId);
        if (connection !== undefined) this.hand(fanOut, connection);
        return connection !== undefined;
      }
      case 'all':
        for (const connection of this.table.all()) this.hand(fanOut, connection);
        return this.table.size > 0;
    }
  }

  private receive(
    uid: string,
    message: Message,
    except: Except | undefined,
    inbox: RetainedInbox,
  ): boolean {
    if (this.table.oldestOf(uid) === undefined) return false;
    inbox.receive(uid, message, except);
    return true;
  }

  private deliverToUid(uid: string, fanOut: FanOut): boolean {
    let connection = this.table.oldestOf(uid) ?? null;
    if (connection === null) return false;
    while (connection !== null) {
      // Read first: sending may close a connection that reads too slowly and unlink it.
      const sibling: Connection | null = connection.sibling;
      this.hand(fanOut, connection);
      connection = sibling;
    }
    return true;
  }

  private deliverToUids(uids: readonly string[], fanOut: FanOut): boolean {
    let found = false;
    for (const uid of new Set(uids)) found = this.deliverToUid(uid, fanOut) || found;
    return found;
  }

  private deliverToGroup(group: string, fanOut: FanOut): boolean {
    const members = this.table.group(group);
    if (members === undefined) return false;
    for (const connection of members) this.hand(fanOut, connection);
    return true;
  }

  private hand(fanOut: FanOut, connection: Connection): void {
    if (fanOut.to(connection)) this.signals.deliveries++;
  }

  disconnect(member: Member, close: CloseRequest): boolean {
    if (member.kind === 'uid') this.arrivals.dismiss(member.uid, close);
    const connections = this.connectionsOfMember(member);
    for (const connection of connections) {
      connection.transport.shut(close.code, close.reason);
      this.detach(connection, close.code, close.reason);
    }
    return connections.length > 0;
  }

  joinGroup(member: Member, group: string): boolean {
    const connections = this.connectionsOfMember(member);
    for (const connection of connections) this.table.join(connection, group, reason(member));
    return connections.length > 0;
  }

  leaveGroup(member: Member, group: string): boolean {
    const connections = this.connectionsOfMember(member);
    for (const connection of connections) this.table.leave(connection, group, reason(member));
    return connections.length > 0;
  }

  dissolveGroup(group: string): void {
    this.table.dissolve(group);
  }

  /** The connections of the uid, oldest first, those included that wait to be placed. */
  of(uid: string): readonly Connection[] {
    return this.table.of(uid);
  }

  connectionIdsOf(uid: string): string[] {
    return this.table.of(uid).map((connection) => connection.connectionId);
  }

  connectionsOf(uid: string): ConnectionInfo[] {
    const connections = this.table.of(uid).filter(({ isIn }) => isIn);
    return connections.map((connection) => connection.describe());
  }

  hasGroup(group: string): boolean {
    return this.table.group(group) !== undefined;
  }

  uidsInGroup(group: string): string[] {
    return Array.from(this.table.group(group) ?? [], (connection) => connection.uid);
  }

  countConnections(): number {
    return this.table.size;
  }

  countUids(): number {
    return this.table.uidCount;
  }

  uids(): Iterable<string> {
    return this.table.uids();
  }

  presenceChanged(uid: string, online: boolean, seq: number): void {
    this.tell({ type: online ? 'online' : 'offline', uid, seq });
  }

  presenceSeen(uid: string, online: boolean, seq: number): void {
    this.watcher?.seen({ uid, online, seq });
  }

  /** Has notices of this kind handed over by the courier. */
  employ(notice: Notice, courier: Courier): void {
    this.couriers.set(notice, courier);
  }

  /** Has notes of this kind handed to the listener, which checks what they say. */
  listen(kind: string, listener: (note: NodeNote) => void): void {
    this.listeners.set(kind, listener);
  }

  told(note: NodeNote): void {
    try {
      this.listeners.get(note.kind)?.(note);
    } catch (error) {
      this.logger.warn(`A note of another node came to nothing: ${String(error)}`);
    }
  }

  private connectionsOfMember(member: Member): Connection[] {
    if (member.kind === 'uid') return this.table.of(member.uid);
    const connection = this.table.get(member.connectionId);
    return connection === undefined ? [] : [connection];
  }

  /** Tells those who listen to `events$`. */
  tell(event: PushEvent): void {
    this.events.next(event);
  }
}

function reason(member: Member): Membership {
  return member.kind === 'uid' ? Membership.OfUid : Membership.OfConnection;
}

/** Ten characters of `0-9a-z`: 51 bits of chance, enough for any number of nodes ever started. */
function nodeName(): string {
  const number = randomBytes(8).readBigUInt64BE() % 36n ** 10n;
  return number.toString(36).padStart(10, '0');
}
