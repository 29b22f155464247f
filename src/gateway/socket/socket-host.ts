import type { IncomingMessage } from 'node:http';
import type { Backlog } from './backlog.js';
import type { RawFrame, Task } from './frame-queue.js';

/** What a socket needs of the server that accepted it. */
export interface SocketHost<S> {
  /** Bytes of one frame. */
  readonly maxPayload: number;
  /** What waits for those of its sockets that read slowly. */
  readonly backlog: Backlog;
  /** Messages of which it is not known yet whether they are for a socket that is being let in. */
  readonly undecided: { readonly latest: number };
  receive(socket: S, frame: RawFrame): void;
  /** So many bytes more, or less, of the socket wait. */
  count(socket: S, bytes: number): void;
  /** Does it when every frame that has come until now was handled. */
  inTurn(socket: S, task: Task<S>): void;
  /** The socket's first message has come. */
  entering(socket: S): void;
  /** The socket has been let in. */
  opened(socket: S, request: IncomingMessage | null, expiresAt?: number): void;
  /** The socket's identity ends at another time. */
  renewed(socket: S, expiresAt?: number): void;
  /** The socket no longer counts as a connection; called once. */
  left(socket: S, code: number, reason: string): void;
}
