import { answerCommands } from '../../lib/processes/commands.js';
import { payloadOf } from '../../lib/wire/payload.js';
import { randomIntegers } from '../../lib/wire/random.js';
import { population, singleUid } from '../../lib/wire/uids.js';
import { settledMemory, usage } from '../../lib/processes/usage.js';

/** Sends between which the server takes a turn of the event loop, as requests would make it. */
const SENDS_PER_TURN = 64;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * What a server offers to the bench, beside the protocol on its port.
 *
 * @typedef {object} Served
 * @property {number} port
 * @property {(uid: string, data: unknown) => unknown} sendToUid
 * @property {(data: unknown) => unknown} broadcast
 * @property {() => number | Promise<number>} countConnections
 *
 * @param {Served} served
 */
export function serve(served) {
  const random = randomIntegers();
  answerCommands({
    port: () => served.port,
    countConnections: () => served.countConnections(),
    usage,
    memory: settledMemory,

    /** Pushes `count` times `burst` messages, each burst to one random user. */
    async push({ connections, count, burst, size }) {
      const { single } = population(connections);
      const data = payloadOf(size);
      for (let done = 1; done <= count; done++) {
        const uid = singleUid(random(single));
        if (burst === 1) {
          await served.sendToUid(uid, data);
        } else {
          await Promise.all(Array.from({ length: burst }, () => served.sendToUid(uid, data)));
        }
        if ((done * burst) % SENDS_PER_TURN < burst) await turn();
      }
    },
  });
}
