import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What all sockets read into. A chunk is done with before the call that brings it returns, so
 * one is enough. As large as what libuv reads at a time.
 */
export const sharedMemory = Buffer.allocUnsafeSlow(65_536);

/** Takes what was read: the first bytes of the shared memory. */
export type ReadListener = (this: Socket, count: number) => void;

/**
 * Has the socket read into the shared memory instead of handing out chunks. For each chunk Node
 * allocates 64 KiB and cuts it to size, and takes it through a stream: a quarter of what a routed
 * message costs. Node's own way out, the option `onread`, is for whoever makes the socket;
 * ours are made by the HTTP server, so this sets what the option sets. Checked with Node 20 to
 * 24.
 *
 * @returns false, with nothing changed, when the socket is not a plain one of `node:net` or this
 *   version of Node is built otherwise
 */
export function readIntoSharedMemory(socket: Duplex, listener: ReadListener): boolean {
  const fields = (fieldsOfOnread ??= look());
  if (fields === null || socket.constructor !== Socket) return false;
  const { _handle: handle } = socket as ReadingSocket;
  if (typeof handle?.useUserBuffer !== 'function') return false;
  fieldsIn(socket)[fields.buffer] = sharedMemory;
  fieldsIn(socket)[fields.callback] = listener;
  handle.useUserBuffer(sharedMemory);
  return true;
}

interface ReadingSocket extends Duplex {
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
}

const fieldsIn = (socket: Duplex): Record<symbol, unknown> =>
  socket as unknown as Record<symbol, unknown>;

/** Where a socket keeps what the option `onread` gave it. */
interface FieldsOfOnread {
  readonly buffer: symbol;
  readonly callback: symbol;
}

let fieldsOfOnread: FieldsOfOnread | null | undefined;

/** Asked once per process; null when the fields are not found. */
function look(): FieldsOfOnread | null {
  const callback = (): boolean => true;
  const onread: OnReadOpts = { buffer: sharedMemory, callback };
  const probe = new Socket({ onread } as SocketConstructorOpts);
  const fieldOf = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(probe).find((key) => fieldsIn(probe)[key] === value);
  const [bufferField, callbackField] = [fieldOf(sharedMemory), fieldOf(callback)];
  probe.destroy();
  if (bufferField === undefined || callbackField === undefined) return null;
  return { buffer: bufferField, callback: callbackField };
}
