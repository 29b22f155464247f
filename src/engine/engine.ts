import type { MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import type { ConnectionInfo } from './connection-info.js';
import type { NodeHandler, NodeNote } from './node-handler.js';
import type { CloseRequest } from '../protocol/close.js';
import type { Except, Member, Target } from './target.js';

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

/** What became of a connection that was to be placed. */
export type Admission =
  /** The engine has put it into the groups of its uid, by the node's `joinGroup`. */
  | { readonly admitted: true }
  | {
      readonly admitted: false;
      /** Whether it would be refused without the nodes, too, that give no sign of life. */
      readonly isFinal: boolean;
    };

/** What there is over all nodes, nodes without sockets included. */
export interface Counts {
  connections: number;
  uids: number;
  nodes: number;
}

/** Whether a uid is online, and as of which of its events. */
export interface UidPresence {
  readonly online: boolean;
  /**
   * Events of the uid with this `seq` or a lower one are older than this answer, all that come
   * later have a higher one.
   */
  readonly seq: number;
}

/** How it goes with what carries messages between nodes. */
export interface EngineHealth {
  /** `degraded`: part of the cluster cannot be reached. */
  readonly status: 'up' | 'degraded' | 'down';
  /** What is wrong, for people. */
  readonly reason?: string;
  readonly details: Readonly<Record<string, number>>;
}

/** Where the engine is injected. */
export const ENGINE = Symbol('Engine');

/**
 * The seam between this node and all nodes. It carries messages and knows who is where. The
 * promises, held by `test/contract/engine.contract.ts` for every implementation:
 *
 * - A message reaches each connection of its target at most once, and messages of one sender
 *   to one uid arrive in the order of their `publish` calls.
 * - A message is carried only to nodes that hold a connection of its target.
 * - `publish` answers how many nodes those are; `except` does not change that count.
 * - Notes of one node to another arrive at most once, in the order of the `tell` calls.
 * - A key holds one text, on every node the same, until its time is over, or it is freed, or there
 *   is no room for it any more: the text of the first who claims it.
 * - A uid's membership of a group lasts until it leaves or the group is dissolved, whether it
 *   is online or not; a connection's membership ends with the connection.
 * - Of changes of one membership that are made at once the engine decides which is the last. Open
 *   connections, those that come later and `uidsInGroup` go by it.
 * - Online and offline of a uid are told once per change in the whole cluster, each with a number
 *   that only grows for the uid: the order in which they were decided, whichever nodes tell them.
 * - A node that watches a uid is told how it stands with it: at first, and then of each change, in
 *   order. Other nodes are told nothing, and what nobody watches is carried nowhere.
 * - What can't be reached is a `PushException` UNAVAILABLE, within a bounded time.
 *
 * Methods may answer synchronously, and do where they need not wait.
 */
export interface Engine {
  /** Whether this node is all that there can ever be. Left out, it is not. */
  readonly isSolitary?: boolean;

  /** Joins the cluster as the given node. Called once, before anything else. */
  start(node: NodeHandler): MaybePromise<void>;
  /** As of now, without asking anybody. */
  health(): EngineHealth;
  /** Leaves the cluster. The node has no connections by then. Nothing is called after it. */
  stop(): MaybePromise<void>;

  /**
   * Places a connection that has been authenticated and that the node already holds, atomically
   * with the limit: beyond it the connection is refused, or the uid's oldest ones are closed with
   * 4409. One that the node has let go of meanwhile is not admitted, or is unregistered when it was.
   */
  register(connection: Registration, limit?: ConnectionLimit): MaybePromise<Admission>;
  /** The node has let go of the connection, which was admitted, and was in these groups. */
  unregister(connection: Registration, groups: readonly string[]): MaybePromise<void>;

  /**
   * Carries a message to every connection of the target but those in `except`; answers how many nodes
   * hold one.
   */
  publish(target: Target, message: Message, except?: Except): MaybePromise<number>;
  /** Answers how many nodes held a connection of the member. */
  disconnect(member: Member, close: CloseRequest): MaybePromise<number>;

  /** Tells a node something, itself included; answers whether that node is there. */
  tell(node: string, note: NodeNote): MaybePromise<boolean>;

  /**
   * Has a key hold a text for so many milliseconds, if it holds none. Answers the text that it holds
   * already; undefined when it was free.
   */
  claim(key: string, text: string, ttl: number): MaybePromise<string | undefined>;
  /** The key holds another text from now on, for so long, if it still holds the one that was claimed. */
  keep(key: string, claimed: string, text: string, ttl: number): MaybePromise<void>;
  /** The key is free, if it still holds the text that was claimed. */
  release(key: string, claimed: string): MaybePromise<void>;

  /** From when this has come to its end the member gets what is sent to the group. */
  joinGroup(member: Member, group: string): MaybePromise<void>;
  /** Undoes `joinGroup` with the same arguments. */
  leaveGroup(member: Member, group: string): MaybePromise<void>;
  /** Takes every member out of the group. */
  dissolveGroup(group: string): MaybePromise<void>;

  /** For each uid whether it is online, in the order of the argument, in one round trip. */
  online(uids: readonly string[]): MaybePromise<boolean[]>;
  /** How it stands with the uid, and as of which change. */
  presence(uid: string): MaybePromise<UidPresence>;
  /**
   * Tells this node by `presenceSeen` how it stands with these uids, from now on. What can be known
   * now was told when this has come to its end; it never fails: what cannot is told later.
   */
  watch(uids: readonly string[]): MaybePromise<void>;
  /** Nothing more is told of these uids. */
  unwatch(uids: readonly string[]): void;
  /** What each node tells of the connections of the uid that it holds. */
  connectionsOf(uid: string): MaybePromise<ConnectionInfo[]>;
  /** How many connections, uids online and nodes there are. */
  counts(): MaybePromise<Counts>;
  /** Names of the nodes of the cluster, this one included. */
  nodes(): MaybePromise<string[]>;
  /** Every uid that is online, in batches; no answer holds all of them. */
  uids(): AsyncIterable<readonly string[]> | Iterable<readonly string[]>;
  /** Member uids, online or not, and the uids of member connections; each once. */
  uidsInGroup(group: string): MaybePromise<string[]>;
}
