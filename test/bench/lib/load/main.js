/** The load: a process that holds all client connections to one server. */
import { answerCommands } from '../processes/commands.js';
import { usage } from '../processes/usage.js';
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

/** What stays is moved out of the way, and what is garbage gone, before a measurement begins. */
const collect = () => globalThis.gc?.();

answerCommands({
  target: (target) => void (fleet = new Fleet(target)),
  async connect(count) {
    await fleet.connect(count);
    collect();
  },
  disconnect: () => fleet.close(),
  /** Builds the frames, so that this is not measured. */
  prepare: ({ name, size }) => void (operation = operations[name](fleet, size)),
  closedLoop: (work) => closedLoop(fleet, operation, work),
  fixedRate(work) {
    const send = numberedRouted(fleet, work.size);
    collect();
    return fixedRate(fleet, work, send);
  },
  expect: (count) => void (expected = expectMessages(fleet, count)),
  settled: () => expected,
  usage,
});
