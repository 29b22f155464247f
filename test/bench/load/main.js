/** The load: a process that holds all client connections to one server. */
import { answerCommands } from '../lib/commands.js';
import { usage } from '../lib/usage.js';
import { closedLoop } from './closed-loop.js';
import { expectMessages } from './expect.js';
import { fixedRate, numberedRouted } from './fixed-rate.js';
import { Fleet } from './fleet.js';
import { operations } from './operations.js';

/** @type {Fleet} */
let fleet;
/** @type {import('./operations.js').Operation} */
let operation;
/** @type {Promise<unknown>} */
let expected;

answerCommands({
  target: (target) => void (fleet = new Fleet(target)),
  async connect(count) {
    await fleet.connect(count);
    // The connections stay: else the first collection in a measurement has to move them all.
    globalThis.gc?.();
  },
  disconnect: () => fleet.close(),
  /** Builds the frames, so that this is not measured. */
  prepare: ({ name, size }) => void (operation = operations[name](fleet, size)),
  closedLoop: (work) => closedLoop(fleet, operation, work),
  fixedRate: (work) => fixedRate(fleet, work, numberedRouted(fleet, work.size)),
  expect: (count) => void (expected = expectMessages(fleet, count)),
  settled: () => expected,
  usage,
});
