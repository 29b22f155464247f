import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { PushSocket } from '../push-socket.js';
import { readPlainFrames } from './plain-frames.js';
import { beginBatch, endBatch } from './write-batch.js';
import { isReceiverIdle, type DataListener, type WsInternals } from './ws-internals.js';

/** Where a TCP socket keeps the WebSocket that it carries: one listener serves all of them. */
const CARRIES = Symbol('PushSocket');

type CarryingSocket = Socket & { [CARRIES]: PushSocket };

let toWs: DataListener;

/**
 * Has plain frames read past ws's receiver. Whatever is not one goes to ws from there on, until
 * its receiver is between two messages again.
 *
 * @param wsListener the listener by which ws reads; the same function for every socket
 */
export function readDirectly(socket: Socket, carried: PushSocket, wsListener: DataListener): void {
  toWs = wsListener;
  (socket as CarryingSocket)[CARRIES] = carried;
  socket.on('data', onData);
  socket.off('data', wsListener);
}

function onData(this: Socket, chunk: Buffer): void {
  const carried = (this as CarryingSocket)[CARRIES];
  const internals = carried as unknown as WsInternals;
  if (!isDirect(carried) || !isReceiverIdle(internals)) return leaveToWs(this, internals, chunk);
  const { host } = carried;
  beginBatch();
  try {
    const end = readPlainFrames(chunk, host.maxPayload, (text) => {
      host.receive(carried, text);
      return isDirect(carried);
    });
    if (end < chunk.length) leaveToWs(this, internals, chunk.subarray(end));
  } finally {
    endBatch();
  }
}

/** A listener that the application has added must hear of messages as well, from ws. */
function isDirect(carried: PushSocket): boolean {
  return carried.readyState === WebSocket.OPEN && !carried.hasOwnListeners;
}

/** After a close frame, or a breach of the protocol, ws listens no more. */
function leaveToWs(socket: Socket, internals: WsInternals, chunk: Buffer): void {
  if (internals._closeFrameReceived || internals._receiver._writableState.errored !== null) return;
  toWs.call(socket, chunk);
}
