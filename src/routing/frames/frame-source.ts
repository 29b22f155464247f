import type { Connection } from '../../registry/connection.js';
import type { NestCallback } from './frame-handler.js';
import type { Replies } from './replies.js';

/** A client as Nest's handlers are kept for it: an `EventEmitter`. */
export interface NestClient {
  getMaxListeners(): number;
  setMaxListeners(count: number): unknown;
  /** Handlers of the application's gateways; null until the first of its events comes. */
  nestCallbacks: Map<string, NestCallback> | null;
}

/** What a frame came from, as far as its handlers need it. */
export interface FrameSource extends NestClient {
  readonly connection: Connection;
  /** The dispatcher's own note: replies that are awaited; null when none are. */
  replies: Replies | null;
  /** The dispatcher's own note: frames in a row that were not of the protocol. */
  badFrames: number;
  /** Whether it was closed, by whichever side: what waits has no effect any more. */
  readonly isClosed: boolean;
}
