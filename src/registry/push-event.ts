import type { ConnectionInfo } from '../engine/connection-info.js';
import type { CodecName } from '../protocol/codec.js';

/** What `events$` tells. */
export type PushEvent =
  /** A connection of this node was authenticated. */
  | { type: 'connected'; connection: ConnectionInfo }
  /** A connection of this node has gone; `code` is the WebSocket close code. */
  | { type: 'disconnected'; connection: ConnectionInfo; code: number; reason: string }
  /**
   * A client of this node was not let in, or an identity not renewed: why, as the authenticator
   * says or in words of the module, and never what the client sent.
   */
  | { type: 'refused'; reason: string; address: string; codec: CodecName }
  /**
   * The first connection of the uid in the whole cluster. `seq` grows with each change of the uid:
   * an event with a lower one than a consumer has seen of it comes late.
   */
  | { type: 'online'; uid: string; seq: number }
  /** The last connection of the uid in the whole cluster has gone. */
  | { type: 'offline'; uid: string; seq: number };
