/** A retained message that no device has acknowledged within its `undeliveredAfter`. */
export interface UndeliveredMessage {
  uid: string;
  id: string;
  /** Its place in the stream of the uid. */
  epoch: string;
  offset: number;
  /** When it was sent: milliseconds since 1970. */
  at: number;
  /** Uid of the client that sent it; absent when the server did. */
  from?: string;
  data: unknown;
}

/**
 * Is handed messages that were not delivered in time: that is where the e-mail goes, or the push
 * to the phone. Extend it, and give the class, or an instance, as `undeliveredHandler` in the
 * options of the history; Nest injects what the constructor asks for.
 *
 * Each message is handed over once in the whole cluster, on any of the nodes that have a handler.
 * If that node ends while it is handling it, or the handler throws or rejects, it is handed over
 * again, on whichever node, after `undeliveredLease`: be prepared to see one twice.
 */
export abstract class UndeliveredHandler {
  /** The message is done with when this returns, or what it returns resolves. */
  abstract handle(message: UndeliveredMessage): void | Promise<void>;
}
