import type { ConnectionInfo } from '../engine/connection-info.js';

/** What `events$` tells. */
export type PushEvent =
  /** A connection of this node was authenticated. */
  | { type: 'connected'; connection: ConnectionInfo }
  /** A connection of this node has gone; `code` is the WebSocket close code. */
  | { type: 'disconnected'; connection: ConnectionInfo; code: number; reason: string }
  /** The first connection of the uid in the whole cluster. */
  | { type: 'online'; uid: string }
  /** The last connection of the uid in the whole cluster has gone. */
  | { type: 'offline'; uid: string };
