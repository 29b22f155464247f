/** Clients that are there, and clients that come back all at once. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { answerCommands } from '../../lib/processes/commands.js';

/** @typedef {{ uid: string, recover?: { epoch: string, offset: number } }} Credential */

/** @type {{ socket: WebSocket, position: { epoch: string, offset: number } }[]} */
let clients = [];
let received = 0;

/** Handshakes under way at a time. */
const AT_A_TIME = 200;

/**
 * Resolves when the answer and so many messages have come.
 *
 * @param {number} port @param {Credential} data
 */
async function login(port, data, awaited = 0) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'push.v1.json');
  await once(socket, 'open');
  const client = { socket, position: { epoch: '', offset: 0 } };
  const complete = new Promise((resolve, reject) => {
    socket.on('message', (bytes) => {
      const { event, data: answer } = JSON.parse(bytes.toString());
      if (event === 'message') {
        received++;
        client.position.offset++;
        awaited--;
      } else {
        if (data.recover !== undefined && answer.stream.recovered !== true) {
          reject(new Error(event));
        }
        // A build without a history tells of no stream.
        const { epoch, offset } = data.recover ?? answer.stream ?? client.position;
        client.position = { epoch, offset };
      }
      if (awaited === 0) resolve(undefined);
    });
  });
  socket.send(JSON.stringify({ event: 'auth', data }));
  await complete;
  return client;
}

/**
 * @param {number} port
 * @param {(index: number) => Credential} credential
 * @param {{ count: number, awaited?: number }} options
 */
async function loginAll(port, credential, { count, awaited }) {
  const made = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      made[index] = await login(port, credential(index), awaited);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  clients = made;
}

answerCommands({
  connect: (/** @type {{ port: number, count: number }} */ { port, count }) =>
    loginAll(port, (i) => ({ uid: `u${i}` }), { count }),
  received: () => received,
  async leave() {
    await Promise.all(
      clients.map(({ socket }) => {
        socket.terminate();
        return once(socket, 'close');
      }),
    );
  },
  /**
   * Everyone comes back, and gets what it missed if that is any; answers how many milliseconds
   * that took.
   */
  async storm(/** @type {{ port: number, missed: number }} */ { port, missed }) {
    const positions = clients.map(({ position }) => position);
    const credential = (/** @type {number} */ i) =>
      missed === 0 ? { uid: `u${i}` } : { uid: `u${i}`, recover: positions[i] };
    const began = performance.now();
    await loginAll(port, credential, { count: positions.length, awaited: missed });
    return performance.now() - began;
  },
});
