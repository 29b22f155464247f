/**
 * What this client uses of a WebSocket: that of browsers, of Node 22 and of `ws` have it. The
 * events are `never` because each of them declares them in its own way.
 */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;

/** @throws TypeError where there is none */
export function globalWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  if (!WebSocket) throw new TypeError('Give webSocket.');
  return WebSocket;
}

/** What a client closes a connection with that no longer answers. */
export const UNANSWERED = 3001;
