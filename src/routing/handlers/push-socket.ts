import type { WebSocket } from 'ws';
import type { Connection } from '../../registry/connection.js';

/**
 * The client that a gateway on the push socket's path is handed: by `handleConnection(client)`,
 * `handleDisconnect(client)` and `@ConnectedSocket()`. A `ws` socket that has been let in.
 *
 * What is sent with `send()` keeps its place among the module's own frames, and goes out as it
 * is: not as a `message` frame, and in no codec. Closing it with `close(code, reason)` or
 * `terminate()` is an end like any other: its uid is unbound. A listener for `message` hears
 * every frame beside the module, and costs this socket the quick way of its frames.
 */
export interface PushSocket extends WebSocket {
  /** Who it belongs to: its uid, its connectionId, what the authenticator said of it. */
  readonly connection: Connection;
}
