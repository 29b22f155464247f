import type { Except } from '../engine/target.js';
import type { Message } from '../protocol/message.js';

/** Who puts messages that have a place in the stream of a uid in order, before they go out. */
export interface RetainedInbox {
  /** One has come for a uid that has a connection on this node. Never throws. */
  receive(uid: string, message: Message, except: Except | undefined): void;
  /** The uid has no connection on this node any more. */
  forget(uid: string): void;
}
