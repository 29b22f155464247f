/**
 * How the load makes server code send: numbers on a TCP connection of its own, which costs the
 * server next to nothing. So what is measured is `sendToUid`, not the way of a client's frame,
 * and both systems pay the same for being asked.
 */
import { connect, createServer } from 'node:net';
import { rawWrite } from '../lib/load/raw-write.js';

/** Two unsigned 32 bit integers: the index of a uid, and a number for the payload. */
const RECORD_BYTES = 8;

/** In place of the index of a uid. */
export const EVERYONE = 0xffffffff;

/**
 * @param {(index: number, number: number) => void} onRecord
 * @returns {Promise<number>} the port
 */
export async function listenForTriggers(onRecord) {
  const server = createServer({ noDelay: true }, (socket) => {
    /** @type {Buffer} the beginning of a record whose end has not come yet */
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      for (; at + RECORD_BYTES <= data.length; at += RECORD_BYTES) {
        onRecord(data.readUInt32LE(at), data.readUInt32LE(at + 4));
      }
      rest = data.subarray(at);
    });
    socket.on('error', () => {});
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/** The load's end. What is pulled within a turn of the event loop goes as one write. */
export class Trigger {
  #socket;
  /** @type {number[]} */
  #waiting = [];

  /** @param {number} port */
  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
  }

  /** @param {number} index @param {number} number */
  pull(index, number) {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(index, number);
  }

  #flush() {
    const records = Buffer.from(Uint32Array.from(this.#waiting).buffer);
    this.#waiting = [];
    rawWrite(this.#socket, records);
  }
}
