import type { WebSocket } from 'ws';
import type { RawFrame } from './frame-queue.js';

/** A socket that hears from `ws` what becomes of it. */
export interface WsListener extends WebSocket {
  /** A message came by ws. */
  heard(frame: RawFrame): void;
  /** The peer has shown that it is there. */
  ponged(): void;
  /** The peer broke RFC 6455. */
  broke(): void;
  ended(code: number, reason: string): void;
}

/** Has the socket hear from `ws`, by listeners that all sockets share. */
export function listenToWs(socket: WsListener): void {
  socket.on('message', onMessage);
  socket.on('pong', onPong);
  socket.on('error', onError);
  socket.on('close', onClose);
}

// `ws` calls them with the socket as `this`.

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  (this as WsListener).heard(isBinary ? data : data.toString());
}

function onPong(this: WebSocket): void {
  (this as WsListener).ponged();
}

/**
 * Bad UTF-8, too large, a wrong mask: `ws` closes with the right code by itself. Without a
 * listener the event would end the process.
 */
function onError(this: WebSocket): void {
  (this as WsListener).broke();
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  (this as WsListener).ended(code, reason.toString());
}
