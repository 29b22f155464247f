import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { readPlainFrames, type TextTaker } from './plain-frames.js';
import { readIntoSharedMemory, sharedMemory } from './shared-memory.js';
import { beginBatch, endBatch } from './write-batch.js';
import { internalsOf, isReceiverIdle, type DataListener } from './ws-internals.js';

/** A `ws` socket whose plain frames are read past it. */
export interface DirectlyRead extends WebSocket, TextTaker {
  /** Bytes of one frame. */
  readonly maxPayload: number;
  /** The reader's own note: whether ws got something after which it was not seen idle yet. */
  wsReads: boolean;
  /** Whether frames may go past ws now. */
  readsDirectly(): boolean;
}

/** Where a TCP socket keeps the WebSocket that it carries: one listener serves all of them. */
const CARRIES = Symbol('WebSocket');

type CarryingSocket = Socket & { [CARRIES]: DirectlyRead };

let toWs: DataListener;

/**
 * Has plain frames read past ws's receiver. Whatever is not one goes to ws from there on, until
 * its receiver is between two messages again.
 *
 * @param wsListener the listener by which ws reads; the same function for every socket
 */
export function readDirectly(
  socket: Socket,
  carried: DirectlyRead,
  wsListener: DataListener,
): void {
  toWs = wsListener;
  (socket as CarryingSocket)[CARRIES] = carried;
  readIntoSharedMemory(socket, onRead);
  // Also for what came together with the handshake, which the HTTP server has read already.
  socket.on('data', onData);
  socket.off('data', wsListener);
}

function onRead(this: Socket, count: number): void {
  const end = read(this as CarryingSocket, sharedMemory, count);
  // A copy: the next chunk of whichever socket overwrites the memory, and ws may keep what it gets.
  if (end < count) leaveToWs(this, Buffer.from(sharedMemory.subarray(end, count)));
}

function onData(this: Socket, chunk: Buffer): void {
  const end = read(this as CarryingSocket, chunk, chunk.length);
  if (end < chunk.length) leaveToWs(this, chunk.subarray(end));
}

/** Reads what it can of the first `count` bytes; answers where the rest begins. */
function read(socket: CarryingSocket, memory: Buffer, count: number): number {
  const carried = socket[CARRIES];
  if (!carried.readsDirectly()) return 0;
  if (carried.wsReads && !isReceiverIdle(internalsOf(carried))) return 0;
  carried.wsReads = false;
  beginBatch();
  try {
    return readPlainFrames(memory, count, carried.maxPayload, carried);
  } finally {
    endBatch();
  }
}

/** After a close frame, or a breach of the protocol, ws listens no more. */
function leaveToWs(socket: Socket, rest: Buffer): void {
  const carried = (socket as CarryingSocket)[CARRIES];
  carried.wsReads = true;
  const internals = internalsOf(carried);
  if (internals._closeFrameReceived || internals._receiver._writableState.errored !== null) return;
  toWs.call(socket, rest);
}
