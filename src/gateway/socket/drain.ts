import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { CloseCode } from '../../protocol/codes.js';

export interface DrainOptions {
  /** Sockets that are told to close at once. */
  drainBatchSize: number;
  /** Milliseconds between two batches. */
  drainInterval: number;
  /** Milliseconds that a client has to answer the closing handshake. */
  closeTimeout: number;
}

/** A socket that is closed when the application ends. */
export interface Drainable {
  readonly readyState: number;
  readonly CLOSED: number;
  shut(code: number, reason: string): void;
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Closes every socket with 1012, which tells clients to come back. In batches, so that not all
 * of them knock at the next node in the same instant. Resolves when all are gone; none can keep
 * it from resolving.
 */
export async function drain(
  sockets: ReadonlySet<Drainable>,
  { drainBatchSize, drainInterval, closeTimeout }: DrainOptions,
): Promise<void> {
  const all = [...sockets];
  for (let start = 0; start < all.length; start += drainBatchSize) {
    if (start > 0) await delay(drainInterval);
    for (const socket of all.slice(start, start + drainBatchSize)) {
      socket.shut(CloseCode.SERVICE_RESTART, 'the server restarts');
    }
  }
  const open = all.filter((socket) => socket.readyState !== socket.CLOSED);
  const giveUp = delay(closeTimeout, undefined, { ref: false });
  const closed = open.map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
  await Promise.race([Promise.all(closed), giveUp]);
  // Answers that have come in time are read first, however long the process stood still.
  await setImmediate();
  for (const socket of open) socket.terminate();
}
