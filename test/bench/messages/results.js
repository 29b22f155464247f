import { serverFlags } from '../lib/processes/flags.js';
import { describeMachine } from '../lib/report/machine.js';
import { barChart } from './chart.js';
import { scenarioTable, targetsTable } from './tables.js';

/** @typedef {import('../lib/rounds.js').Results} Results */

const CHARTS = [
  { file: 'routed.svg', scenario: 'routed', metric: 'cpu', title: 'µs of CPU per routed message' },
  {
    file: 'broadcast.svg',
    scenario: 'broadcast',
    metric: 'cpu',
    title: 'µs of CPU per delivery of a broadcast',
  },
];

const METHOD = `Every server runs in a process of its own, and so does the load of each; all stay up for the
whole run, and one pair works at a time. A scenario runs in short rounds: each round measures
every server once, beginning with another one each time, after a warm-up that is not counted.
Ratios are taken within a round; the tables give their median and, in parentheses, their lowest
and highest. CPU is what the server's process used with all its threads (\`process.cpuUsage()\`),
divided by the messages that arrived. In all but latency and bursts the load keeps 64 messages
under way (broadcasts: one), from random connections to random users. Latency is counted from
the moment at which a message was planned to be sent, so pauses count in full; "late" is how far
behind this plan the load itself was (p99.9), which no server is to blame for. The load writes
prebuilt frames to raw sockets: as long as it is less busy than the server, it is not what is
measured.`;

/** Those for which something was measured. @param {Results} results */
const measuredCharts = (results) =>
  CHARTS.filter(({ scenario }) => Object.values(results).some((found) => found[scenario]));

/** SVG by file name. @param {Results} results */
export const chartsOf = (results) =>
  Object.fromEntries(
    measuredCharts(results).map(({ file, ...what }) => [file, barChart(results, what)]),
  );

/**
 * @param {Results} results
 * @param {{ scenarios: import('./scenarios.js').Scenario[], rate: number, made: string }} run
 */
export function markdown(results, { scenarios, rate, made }) {
  const counts = Object.keys(results).map(Number);
  const flags = serverFlags('module').join(' ');
  return [
    '# What it costs',
    made,
    `${describeMachine()}\n- the module's server runs with \`${flags}\`, the others with \`${serverFlags('ws').join(' ')}\``,
    '## Targets',
    targetsTable(results),
    ...measuredCharts(results).map(({ file, title }) => `![${title}](${file})`),
    '## Method',
    METHOD,
    ...scenarios.flatMap((scenario) => [
      `## ${scenario.title}${scenario.name === 'latency' ? `: ${rate} messages per second` : ''}`,
      ...counts
        .filter((count) => results[count][scenario.name])
        .flatMap((connections) => [
          `${connections.toLocaleString('en')} connections, ${scenario.rounds} rounds:`,
          scenarioTable(results, scenario, connections),
        ]),
    ]),
  ].join('\n\n');
}
