import { ratioOf } from '../lib/report/compare.js';
import { spread } from '../lib/report/statistics.js';
import { nameOf, systems } from './cluster.js';

/** CPU of all nodes per message, this module's by Socket.IO's. */
const SHARE_LIMIT = 0.5;

/** The same with many nodes by few. */
const GROWTH_LIMIT = 1.2;

/** Milliseconds (p50) above a delivery within the node. */
const ADDED_LIMIT = 1;

/**
 * @typedef {import('../lib/rounds.js').Results} Results
 * @typedef {{ label: string, limit: number, measured: number,
 *   spread: import('../lib/report/statistics.js').Spread }} Verdict
 */

/**
 * What was promised; nothing is said of what was not measured.
 *
 * @param {Results} results
 * @param {{ sizes: number[], connections: number }} run numbers of nodes, ascending,
 *   and connections of each
 * @returns {Verdict[]}
 */
export function verdicts(results, { sizes, connections }) {
  const [few] = sizes;
  const many = sizes[sizes.length - 1];
  const { push, socketio } = systems;
  /** @param {string} scenario */
  const nodesCpu = (scenario) => ({ connections, scenario, metric: 'nodes' });
  /** @param {string} scenario @param {string} ours @param {string} theirs */
  const ratio = (scenario, ours, theirs) => ratioOf(results, nodesCpu(scenario), ours, theirs);
  const found = [
    {
      label: `CPU of all nodes per message / Socket.IO, ${few} nodes`,
      limit: SHARE_LIMIT,
      spread: ratio('send', nameOf(push, few), nameOf(socketio, few)),
    },
    ...(few === many
      ? []
      : [
          {
            label: `its growth from ${few} to ${many} nodes, to users of one other node`,
            limit: GROWTH_LIMIT,
            spread: ratio('send', nameOf(push, many), nameOf(push, few)),
          },
          {
            label: `its growth from ${few} to ${many} nodes, to users of all others`,
            limit: GROWTH_LIMIT,
            spread: ratio('spread', nameOf(push, many), nameOf(push, few)),
          },
        ]),
    ...sizes.map((size) => ({
      label: `ms (p50) added to local delivery, ${size} nodes`,
      limit: ADDED_LIMIT,
      spread: addedBy(results, { connections, server: nameOf(push, size) }),
    })),
  ];
  return found.flatMap(({ spread, ...rest }) =>
    spread === undefined ? [] : [{ ...rest, spread, measured: spread.median }],
  );
}

/** @param {Results} results @param {{ connections: number, server: string }} place */
function addedBy(results, { connections, server }) {
  const samples = results[connections]?.latency?.[server];
  return samples && spread(samples.map(({ metrics }) => metrics.addedP50));
}

/**
 * How Socket.IO's CPU per message grows, which is no target.
 *
 * @param {Results} results
 * @param {{ sizes: number[], connections: number }} run
 */
export function growthOfSocketIo(results, { sizes, connections }) {
  const [few] = sizes;
  const many = sizes[sizes.length - 1];
  if (few === many) return undefined;
  const place = { connections, scenario: 'send', metric: 'nodes' };
  return ratioOf(results, place, nameOf(systems.socketio, many), nameOf(systems.socketio, few));
}
