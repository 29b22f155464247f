/** The load: a process that holds client connections to some nodes of a cluster. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCommands } from '../lib/processes/commands.js';
import { randomIntegers } from '../lib/wire/random.js';
import { settledMemory, usage } from '../lib/processes/usage.js';
import { closedLoop } from '../lib/load/closed-loop.js';
import { fixedRate } from '../lib/load/fixed-rate.js';
import { Fleets } from './fleets.js';
import { EVERYONE, Trigger } from './trigger.js';

const PATIENCE_MS = 60_000;

/** @type {Fleets} */
let fleets;
/** @type {Trigger} */
let trigger;

/**
 * Makes the first node send to random uids of these.
 *
 * @param {{ from: number, to: number }} uids
 * @returns {(number: number) => void}
 */
function sendToAnyOf({ from, to }) {
  const random = randomIntegers();
  return (number) => trigger.pull(from + random(to - from), number);
}

/**
 * Counts one operation after the other, to tell their messages apart in a trace.
 *
 * @param {(number: number) => void} send
 */
function counted(send) {
  let number = 0;
  return () => send(number++ % 1e7);
}

answerCommands({
  targets({ nodes, triggerPort }) {
    fleets = new Fleets(nodes);
    trigger = new Trigger(triggerPort);
  },
  connect: (each) => fleets.connect(each),
  disconnect: () => fleets.close(),
  usage,
  memory: settledMemory,

  send: ({ uids, ...work }) =>
    closedLoop(fleets, { start: counted(sendToAnyOf(uids)), deliveries: 1 }, work),
  broadcast: ({ deliveries, ...work }) =>
    closedLoop(
      fleets,
      { start: counted((number) => trigger.pull(EVERYONE, number)), deliveries },
      work,
    ),
  sendAtRate: ({ uids, ...work }) => fixedRate(fleets, work, sendToAnyOf(uids)),

  /** Waits until as many messages have come in all. */
  async arrived(count) {
    const deadline = Date.now() + PATIENCE_MS;
    while (fleets.received < count) {
      if (Date.now() > deadline) throw new Error(`${fleets.received} of ${count} messages came`);
      await fleets.during(sleep(5));
    }
    return { received: fleets.received, at: fleets.lastAt };
  },
});
