/** A way to Redis on which each answer takes some milliseconds more; its argument is Redis's URL. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { answerCommands } from '../lib/processes/commands.js';

const target = new URL(process.argv[2]);
let delay = 0;

const server = createServer({ noDelay: true }, (client) => {
  const redis = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
  client.on('data', (bytes) => redis.write(bytes));
  redis.on('data', (bytes) => {
    if (delay === 0) client.write(bytes);
    // Timers of the same length fire in the order in which they were set.
    else setTimeout(() => client.write(bytes), delay);
  });
  for (const [one, other] of [
    [client, redis],
    [redis, client],
  ]) {
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

answerCommands({
  url: () => `redis://127.0.0.1:${port}`,
  /** @param {number} ms */
  delay: (ms) => (delay = ms),
});
