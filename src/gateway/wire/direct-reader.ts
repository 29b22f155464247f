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
  /** Whether so much waits that nothing more is to be looked at, until `readOn`. */
  readonly isFull: boolean;
  /** Keeps what has been read and is not to be looked at yet; the memory is its own. */
  keep(unread: Buffer): void;
  /** ws has got so many bytes, and may have to keep them; less when it turns out that it did not. */
  leftToWs(bytes: number): void;
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
  const carried = (this as CarryingSocket)[CARRIES];
  const end = read(carried, sharedMemory, count);
  // A copy: the next chunk of whichever socket overwrites the memory.
  if (end < count) putAside(this, carried, Buffer.from(sharedMemory.subarray(end, count)));
}

function onData(this: Socket, chunk: Buffer): void {
  readKept(this, (this as CarryingSocket)[CARRIES], chunk);
}

/** Goes on with what was kept. */
export function readOn(carried: DirectlyRead, unread: Buffer): void {
  readKept(internalsOf(carried)._socket, carried, unread);
}

function readKept(socket: Socket, carried: DirectlyRead, chunk: Buffer): void {
  const end = read(carried, chunk, chunk.length);
  if (end < chunk.length) putAside(socket, carried, chunk.subarray(end));
}

/** Reads what it can of the first `count` bytes; answers where the rest begins. */
function read(carried: DirectlyRead, memory: Buffer, count: number): number {
  if (carried.isFull || !carried.readsDirectly()) return 0;
  if (carried.wsReads) {
    if (!isReceiverIdle(internalsOf(carried))) return 0;
    carried.wsReads = false;
    carried.leftToWs(0);
  }
  beginBatch();
  try {
    return readPlainFrames(memory, count, carried.maxPayload, carried);
  } finally {
    endBatch();
  }
}

/** What is no plain frame is for ws; what cannot be looked at now has its turn later. */
function putAside(socket: Socket, carried: DirectlyRead, rest: Buffer): void {
  if (carried.isFull) carried.keep(rest);
  else leaveToWs(socket, carried, rest);
}

/** After a close frame, or a breach of the protocol, ws listens no more. */
function leaveToWs(socket: Socket, carried: DirectlyRead, rest: Buffer): void {
  carried.wsReads = true;
  const internals = internalsOf(carried);
  if (internals._closeFrameReceived || internals._receiver._writableState.errored !== null) return;
  carried.leftToWs(rest.length);
  toWs.call(socket, rest);
}
