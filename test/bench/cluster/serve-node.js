import { answerCommands } from '../lib/processes/commands.js';
import { numberedPayload, payloadOf } from '../lib/wire/payload.js';
import { singleUid } from '../lib/wire/uids.js';
import { settledMemory, usage } from '../lib/processes/usage.js';
import { now } from '../lib/processes/clock.js';
import { EVERYONE, listenForTriggers } from './trigger.js';

const SIZE = 64;

/**
 * What a node of either system offers to the bench.
 *
 * @param {import('../messages/servers/serve.js').Served} served
 * @param {Record<string, (argument: any) => unknown>} [more] commands of this system only
 */
export async function serveNode({ port, sendToUid, broadcast, countConnections }, more) {
  const payload = numberedPayload(SIZE);
  const triggerPort = await listenForTriggers((index, number) => {
    // A promise that is rejected ends the process, and with it the run.
    if (index === EVERYONE) void broadcast(payload(number));
    else void sendToUid(singleUid(index), payload(number));
  });
  /** When it was called, and what it came to. @param {() => unknown} work */
  const timed = async (work) => {
    const began = now();
    const result = await work();
    return { began, ms: now() - began, result };
  };

  answerCommands({
    ports: () => ({ port, triggerPort }),
    countConnections,
    usage,
    memory: settledMemory,
    sendToUid: (uid) => timed(() => sendToUid(uid, payloadOf(SIZE))),
    broadcast: () => timed(() => broadcast(payloadOf(SIZE))),
    ...more,
  });
}
