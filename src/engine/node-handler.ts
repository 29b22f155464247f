import type { CloseRequest } from '../protocol/close.js';
import type { Message } from '../protocol/message.js';
import type { ConnectionInfo } from './connection-info.js';
import type { Except, Member, Target } from './target.js';

/**
 * What one node tells another, beside messages for clients: JSON values under names of their own.
 * Who listens for the kind knows the others, and checks them: they come from the network.
 */
export interface NodeNote {
  readonly kind: string;
  readonly [member: string]: unknown;
}

/**
 * This node as its engine sees it: how an engine calls back. Every method is synchronous, is
 * called in the order in which things happened, and never throws.
 */
export interface NodeHandler {
  /** Name of this node: ten characters of `0-9a-z`, unique in the cluster. */
  readonly node: string;

  /**
   * Bytes of the largest data of a message, as JSON in UTF-8. Who sends one has checked that; an
   * engine checks what programs that are no node give it.
   */
  readonly maxMessageBytes: number;

  /**
   * Hands the message to the connections of the target that this node holds.
   *
   * @returns whether it holds one, those in `except` counted too
   */
  deliver(target: Target, message: Message, except?: Except): boolean;

  /**
   * Closes the connections of the target that this node holds; answers whether it held one. For a
   * uid, also those that turn out to be its own once they have been authenticated.
   */
  disconnect(target: Member, close: CloseRequest): boolean;

  /** Puts what this node holds of the member into the group; answers whether it holds any. */
  joinGroup(member: Member, group: string): boolean;
  /** Takes out those connections of the member that are here; answers whether there is one. */
  leaveGroup(member: Member, group: string): boolean;
  /** Takes out of the group whoever is in it as a connection, and not as a uid. */
  dissolveGroup(group: string): void;

  /** What this node holds of the uid, oldest first. */
  connectionIdsOf(uid: string): string[];
  /** The same, without those that wait to be placed. */
  connectionsOf(uid: string): ConnectionInfo[];
  /** Whether a connection here is in the group. */
  hasGroup(group: string): boolean;
  /** Uids of the connections here that are in the group, for whichever reason. */
  uidsInGroup(group: string): string[];
  /** How many connections this node holds. */
  countConnections(): number;
  /** How many uids have one of them. */
  countUids(): number;
  /** Those uids. */
  uids(): Iterable<string>;

  /**
   * The uid came online (its first connection in the cluster) or went offline (its last one has
   * gone). Called once per change in the whole cluster, on the node that caused it, or on one
   * of the survivors when that node died.
   *
   * @param seq grows with each change of the uid: a change that comes late has a lower one
   */
  presenceChanged(uid: string, online: boolean, seq: number): void;

  /**
   * How it stands with a uid that this node watches: first as soon as that is known, then once per
   * change, wherever in the cluster that happened.
   *
   * @param seq as in `presenceChanged`, or as of which step it is known: it grows with each call
   */
  presenceSeen(uid: string, online: boolean, seq: number): void;

  /** Another node, or this one, has told it something. */
  told(note: NodeNote): void;
}
