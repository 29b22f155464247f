import { spread } from '../lib/report/statistics.js';
import { Population } from './population.js';

const FEW = 1_000;

/** Of each measurement; what counts is the middle one. */
const ROUNDS = 9;

/** @typedef {Awaited<ReturnType<typeof measureOnline>>} Found */

/**
 * Brings `uids` users online in one process, `sockets` of them over real sockets, and measures
 * what can be done with them; beside it another process has a thousand, for comparison.
 *
 * @param {{ uids: number, sockets: number, log: (line: string) => void }} options
 */
export async function measureOnline({ uids, sockets, log }) {
  const share = sockets / uids;
  const few = await Population.start({ uids: FEW, share, network: 1 });
  const many = await Population.start({ uids, share, network: 2 });

  log(`${FEW} online in one process, ${uids} in another`);
  await few.connect();
  const empty = await many.server.call('memory');
  const { streams, cost } = await many.connect();
  const connected = await many.server.call('memory');
  log('sendToUid');
  const sends = await interleaved(few, many);
  log('broadcast');
  const broadcast = middleOf(await rounds(() => many.broadcast()));
  log('heartbeats');
  const heartbeats = await many.server.call('heartbeats');
  log('closing');
  const closing = await many.close();
  const closed = await many.server.call('memory');
  await Promise.all([few.stop(), many.stop()]);

  const memory = { empty, streams, connected, closed };
  return { uids, few: FEW, sockets, memory, connect: cost, sends, broadcast, heartbeats, closing };
}

/**
 * Sends in both processes in turn, as the machine's speed drifts, and compares round by round.
 *
 * @param {Population} few
 * @param {Population} many
 */
async function interleaved(few, many) {
  const found = await rounds(async () => ({
    module: { few: await few.send(), many: await many.send() },
    barely: { few: await few.sendBarely(), many: await many.sendBarely() },
  }));
  /** @param {'module' | 'barely'} what */
  const compared = (what) => ({
    few: middleOf(found.map((round) => round[what].few)),
    many: middleOf(found.map((round) => round[what].many)),
    growth: spread(found.map((round) => round[what].many.cpu / round[what].few.cpu)),
  });
  return { module: compared('module'), barely: compared('barely') };
}

/**
 * The first one warms up and is not counted.
 *
 * @template T
 * @param {() => Promise<T>} measure
 */
async function rounds(measure) {
  /** @type {T[]} */
  const found = [];
  for (let i = 0; i <= ROUNDS; i++) found.push(await measure());
  return found.slice(1);
}

/**
 * The round whose CPU time is the median.
 *
 * @template {{ cpu: number }} T
 * @param {T[]} found
 */
function middleOf(found) {
  return found.toSorted((a, b) => a.cpu - b.cpu)[found.length >> 1];
}
