import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import type { CodecName } from '../protocol/codec.js';

/** Whom a message, or a disconnect, is for. */
export type Target =
  | { readonly kind: 'uid'; readonly uid: string }
  | { readonly kind: 'uids'; readonly uids: readonly string[] }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'connection'; readonly connectionId: string }
  | { readonly kind: 'all' };

/** One uid or one connection: who can be a member of a group, or be disconnected. */
export type Member = Extract<Target, { kind: 'uid' | 'connection' }>;

/** Uids and connectionIds that are left out of a delivery. */
export type Except = ReadonlySet<string>;

/** What the cluster tells of one connection. All of it is JSON. */
export interface ConnectionInfo {
  connectionId: string;
  uid: string;
  /** The name that the client or the authenticator gave to the device or tab. */
  device?: string;
  /** The node that holds the connection. */
  node: string;
  codec: CodecName;
  /** When it was authenticated: ISO 8601, UTC. */
  since: string;
  /** The peer's network address. */
  address: string;
  /** What the authenticator returned beside the uid. */
  claims: Readonly<Record<string, unknown>>;
  /** What handlers set on the connection. */
  attributes: Readonly<Record<string, unknown>>;
}

/** What an engine must know of a connection to place it. */
export interface Registration {
  readonly connectionId: string;
  readonly uid: string;
}

/** How many connections a uid may have over the whole cluster, and what happens beyond it. */
export interface ConnectionLimit {
  readonly max: number;
  readonly beyond: 'refuse' | 'close-oldest';
}

export type Admission =
  | { readonly admitted: false }
  | {
      readonly admitted: true;
      /** Groups that the uid is a member of. */
      readonly groups: readonly string[];
    };

export interface Counts {
  connections: number;
  uids: number;
  nodes: number;
}

/** How it goes with what carries messages between nodes. */
export interface EngineHealth {
  /** `degraded`: part of the cluster cannot be reached. */
  readonly status: 'up' | 'degraded' | 'down';
  /** What is wrong, for people. */
  readonly reason?: string;
  readonly details: Readonly<Record<string, number>>;
}

export interface CloseRequest {
  readonly code: number;
  readonly reason: string;
}

/**
 * This node as its engine sees it: how an engine calls back. Every method is synchronous, is
 * called in the order in which things happened, and never throws.
 */
export interface NodeHandler {
  /** Name of this node: ten characters of `0-9a-z`, unique in the cluster. */
  readonly node: string;

  /**
   * Hands the message to the connections of the target that this node holds.
   *
   * @returns whether it holds one, those in `except` counted too
   */
  deliver(target: Target, message: Message, except?: Except): boolean;

  /** Closes the connections of the target that this node holds; answers whether it held one. */
  disconnect(target: Member, close: CloseRequest): boolean;

  /** Puts what this node holds of the member into the group; answers whether it holds any. */
  joinGroup(member: Member, group: string): boolean;
  leaveGroup(member: Member, group: string): boolean;
  dissolveGroup(group: string): void;

  /** What this node holds of the uid, oldest first. */
  connectionIdsOf(uid: string): string[];
  connectionsOf(uid: string): ConnectionInfo[];
  /** Whether a connection here is in the group. */
  hasGroup(group: string): boolean;
  /** Uids of the connections here that are in the group, for whichever reason. */
  uidsInGroup(group: string): string[];
  countConnections(): number;
  countUids(): number;
  uids(): Iterable<string>;

  /**
   * The uid came online (its first connection in the cluster) or went offline (its last one has
   * gone). Called once per change in the whole cluster, on the node that caused it, or on one
   * of the survivors when that node died.
   */
  presenceChanged(uid: string, online: boolean): void;
}

/**
 * The seam between this node and all nodes. It carries messages and knows who is where. The
 * promises, held by `test/contract/engine.contract.ts` for every implementation:
 *
 * - A message reaches each connection of its target at most once, and messages of one sender
 *   to one uid arrive in the order of their `publish` calls.
 * - A message is carried only to nodes that hold a connection of its target.
 * - `publish` answers how many nodes those are; `except` does not change that count.
 * - A uid's membership of a group lasts until it leaves or the group is dissolved, whether it
 *   is online or not; a connection's membership ends with the connection.
 * - What can't be reached is a `PushException` UNAVAILABLE, within a bounded time.
 *
 * Methods may answer synchronously, and do where they need not wait.
 */
export interface Engine {
  /** Joins the cluster as the given node. Called once, before anything else. */
  start(node: NodeHandler): MaybePromise<void>;
  /** As of now, without asking anybody. */
  health(): EngineHealth;
  /** Leaves the cluster. The node has no connections by then. Nothing is called after it. */
  stop(): MaybePromise<void>;

  /**
   * Places a connection that has been authenticated and that the node already holds, atomically
   * with the limit: beyond it the connection is refused, or the uid's oldest ones are closed with
   * 4409.
   */
  register(connection: Registration, limit?: ConnectionLimit): MaybePromise<Admission>;
  /** The node has let go of the connection, which was in these groups. */
  unregister(connection: Registration, groups: readonly string[]): MaybePromise<void>;

  publish(target: Target, message: Message, except?: Except): MaybePromise<number>;
  /** Answers how many nodes held a connection of the member. */
  disconnect(member: Member, close: CloseRequest): MaybePromise<number>;

  joinGroup(member: Member, group: string): MaybePromise<void>;
  leaveGroup(member: Member, group: string): MaybePromise<void>;
  dissolveGroup(group: string): MaybePromise<void>;

  /** For each uid whether it is online, in the order of the argument, in one round trip. */
  online(uids: readonly string[]): MaybePromise<boolean[]>;
  connectionsOf(uid: string): MaybePromise<ConnectionInfo[]>;
  counts(): MaybePromise<Counts>;
  /** Every uid that is online, in batches; no answer holds all of them. */
  uids(): AsyncIterable<readonly string[]> | Iterable<readonly string[]>;
  /** Member uids, online or not, and the uids of member connections; each once. */
  uidsInGroup(group: string): MaybePromise<string[]>;
}
