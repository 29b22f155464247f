import { answerCommands } from '../lib/commands.js';
import { numberedPayload, payloadOf } from '../lib/payload.js';
import { singleUid } from '../lib/uids.js';
import { settledMemory, usage } from '../lib/usage.js';
import { now } from './clock.js';
import { EVERYONE, listenForTriggers } from './trigger.js';

const SIZE = 64;

/**
 * What a node of either system offers to the bench.
 *
 * @param {import('../servers/serve.js').Served} served
 * @param {Record<string, (argument: any) => unknown>} [more] commands of this system only
 */
export async function serveNode({ port, sendToUid, broadcast, countConnections }, more) {
  const payload = numberedPayload(SIZE);
  const triggerPort = await listenForTriggers((index, number) => {
    // A promise that is rejected ends the process, and with it the run.
    if (index === EVERYONE) void broadcast(payload(number));
    else void sendToUid(singleUid(index), payload(number));
  });
  /** When it was called, and what it came to. */
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
