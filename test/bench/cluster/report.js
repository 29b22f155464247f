import { besides, medianOf, ratioOf } from '../lib/report/compare.js';
import { describeMachine } from '../lib/report/machine.js';
import { percent, range, short, table } from '../lib/report/tables.js';
import { serverFlags } from '../lib/processes/flags.js';
import { nameOf, systems } from './cluster.js';
import { growthOfSocketIo, verdicts } from './targets.js';

/**
 * @typedef {import('../lib/rounds.js').Results} Results
 * @typedef {import('./scenarios.js').Scenario} Scenario
 * @typedef {{ sizes: number[], connections: number, scenarios: Scenario[] }} Run
 */

/** Packages beside those of every bench. */
export const PACKAGES = {
  redis: 'redis',
  '@socket.io/redis-adapter': '@socket.io/redis-adapter',
};

const METHOD = `Every node is a process of its own; each cluster has a Redis of its own, without persistence, and
one process with all its clients. All clusters stay up for the whole run and one works at a time.
A scenario runs in short rounds: each round measures every cluster once, beginning with another
one each time, after a warm-up that is not counted. Ratios are taken within a round; the tables
give medians and, in parentheses, the lowest and highest.

The first node sends. The load tells it to whom on a connection of its own, a few bytes per message, and
it calls \`sendToUid\` or \`io.to(uid).emit\` (a room per uid), as code behind an HTTP request would:
as many messages are always under way as it says (broadcasts: one). What a message costs a node
depends on how much it finds to do at a turn, and on what else its core does: when seven nodes
receive instead of one, each finds a part of the messages, and all share one core and its caches.
More than half of a receiver's time is the system call that writes to its client, and this gets
dearer by it, too. So growth is told for users of one other node, where nothing but the number of
nodes differs, and for users of all others, where this comes on top. CPU is what a process used with all its
threads (\`process.cpuUsage()\`; Redis: \`INFO cpu\`), divided by the messages that arrived; what it
costs to be told is in the sender's figures, of both systems alike. Latency is counted from the
moment at which a message was planned to be sent, so pauses count in full, and it includes the way
of the command to the sender, locally and across nodes alike; "late" is how far behind this plan
the load itself was (p99.9). Its rate is a quarter of what the same cluster could do at saturation.`;

/**
 * One scenario on the terminal, as soon as it is measured.
 *
 * @param {Results} results @param {Scenario} scenario @param {Run} run
 */
export function printScenario(results, scenario, run) {
  console.log(`\n${scenario.title}`);
  for (const row of rowsOf(results, scenario, run)) {
    const [label, ...cells] = row;
    const names = headOf(scenario).slice(1);
    console.log(
      `  ${label.padEnd(22)} ${cells.map((cell, i) => `${names[i]}: ${cell}`).join(', ')}`,
    );
  }
}

/** @param {Results} results @param {Run} run */
export function printTargets(results, run) {
  console.log('\nTargets');
  for (const { label, limit, measured, spread } of verdicts(results, run)) {
    const verdict = measured <= limit ? 'met' : 'NOT MET';
    console.log(`  ${label}: ${short(measured)} (${range(spread)}), target ${limit}: ${verdict}`);
  }
  console.log(`  ${rivalsGrowth(results, run)}`);
}

/** @param {Results} results @param {Run & { redis: string, made: string }} run */
export function markdown(results, run) {
  const { scenarios, made, connections, redis } = run;
  const verdictRows = verdicts(results, run).map(({ label, limit, measured, spread }) => [
    label,
    `≤ ${limit}`,
    short(measured),
    range(spread),
    measured <= limit ? 'met' : '**NOT MET**',
  ]);
  /** @param {string} server */
  const flags = (server) => `\`${serverFlags(server).join(' ')}\``;
  return [
    '# What several nodes cost',
    made,
    `${describeMachine(PACKAGES)}\n- Redis ${redis}, on the core of the nodes\n- this module's nodes run with ${flags('module')}, Socket.IO's with ${flags('socketio')}\n- ${connections} connections on each node, each with a uid of its own`,
    '## Targets',
    table(['', 'target', 'measured', 'spread', ''], verdictRows),
    rivalsGrowth(results, run),
    '## Method',
    METHOD,
    ...scenarios.flatMap((scenario) => [
      `## ${scenario.title}`,
      `${scenario.rounds} rounds:`,
      table(headOf(scenario), rowsOf(results, scenario, run)),
    ]),
  ].join('\n\n');
}

/** @param {Results} results @param {Run} run */
function rivalsGrowth(results, run) {
  const growth = growthOfSocketIo(results, run);
  if (!growth) return '';
  const [few, many] = [run.sizes[0], run.sizes[run.sizes.length - 1]];
  return `For comparison, Socket.IO from ${few} to ${many} nodes, to users of one other: ${short(growth.median)} (${range(growth)}).`;
}

/** Of which metric the ratio to Socket.IO is told, if the scenario has it. */
const COMPARED = 'nodes';

/** @param {Scenario} scenario */
function headOf({ name, metrics }) {
  return [
    '',
    ...Object.entries(metrics).flatMap(([metric, unit]) =>
      metric === COMPARED ? [unit, 'by Socket.IO'] : [unit],
    ),
    'servers busy',
    name === 'latency' ? 'load' : 'load busy',
  ];
}

/** @param {Results} results @param {Scenario} scenario @param {Run} run */
function rowsOf(results, { name, metrics }, { sizes, connections }) {
  const place = { connections, scenario: name };
  return sizes.flatMap((size) =>
    Object.values(systems).map((system) => {
      const server = nameOf(system, size);
      return [
        `${system.label}, ${size} nodes`,
        ...Object.keys(metrics).flatMap((metric) => {
          const value = short(medianOf(results, { ...place, metric }, server));
          return metric === COMPARED
            ? [value, ratioToRival(results, place, system, size)]
            : [value];
        }),
        percent(besides(results, place, server, 'serverBusy')),
        name === 'latency'
          ? `${short(besides(results, place, server, 'lateness'))} ms late`
          : percent(besides(results, place, server, 'loadBusy')),
      ];
    }),
  );
}

/**
 * @param {Results} results
 * @param {{ connections: number, scenario: string }} place
 * @param {import('./cluster.js').System} system
 * @param {number} size
 */
function ratioToRival(results, place, system, size) {
  if (system === systems.socketio) return '';
  const rival = nameOf(systems.socketio, size);
  const ratio = ratioOf(results, { ...place, metric: COMPARED }, nameOf(system, size), rival);
  return ratio ? `${short(ratio.median)} (${range(ratio)})` : '';
}
