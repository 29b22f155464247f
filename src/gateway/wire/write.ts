import type { Socket } from 'node:net';
import { framed, joined, type Framed, type WireFrame } from './wire-frame.js';

/**
 * Writes frames together, in one system call where the socket can.
 *
 * @param taken called when the system has them all; never when the socket has ended
 */
export function writeFrames(
  tcp: Socket,
  frames: Framed | readonly Framed[],
  taken?: (error?: Error | null) => void,
): void {
  // Cut, or ended by the client, which ws is about to find out.
  if (!tcp.writable) return;
  if (!isList(frames)) tcp.write(framed(frames), 'latin1', taken);
  else writeParts(tcp, joined(frames), taken);
}

function writeParts(
  tcp: Socket,
  parts: readonly WireFrame[],
  taken?: (error?: Error | null) => void,
): void {
  const last = parts.length - 1;
  if (last > 0) tcp.cork();
  for (let i = 0; i <= last; i++) tcp.write(parts[i], 'latin1', i === last ? taken : undefined);
  if (last > 0) tcp.uncork();
}

function isList(frames: Framed | readonly Framed[]): frames is readonly Framed[] {
  return Array.isArray(frames);
}

/** Bytes that the system has yet to take of what was written, where Node tells. */
export function writeQueueOf(tcp: Socket): number | undefined {
  return (tcp as QueuingSocket)._handle?.writeQueueSize;
}

/** What Node's own timeouts of sockets look at. */
type QueuingSocket = Socket & { readonly _handle?: { readonly writeQueueSize?: number } | null };
