/**
 * What this client uses of a WebSocket: that of browsers, of Node 22 and of `ws` have it. The
 * events are `never` because each of them declares them in its own way.
 */
export interface WebSocketLike {
  /** The upgrade is done. */
  onopen: ((event: never) => void) | null;
  /** A frame has come: its `data`. */
  onmessage: ((event: never) => void) | null;
  /** The connection has ended: `code` and `reason`. */
  onclose: ((event: never) => void) | null;
  /** It broke; `onclose` follows. */
  onerror: ((event: never) => void) | null;
  /** Sends a text frame. */
  send(text: string): void;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
}

/** A class of WebSockets: that of browsers, of Node 22, or `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;

/** @throws TypeError where there is none */
export function globalWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  if (!WebSocket) throw new TypeError('Give webSocket.');
  return WebSocket;
}

/** What a client closes a connection with that no longer answers. */
export const UNANSWERED = 3001;
