import { besides, medianOf, ratioOf } from '../lib/report/compare.js';
import { percent, range, short, table } from '../lib/report/tables.js';
import { labelOf, rivals } from './peers.js';
import { verdicts } from './targets.js';

/** @typedef {import('../lib/rounds.js').Results} Results */

/** @param {Results} results */
export function targetsTable(results) {
  const rows = verdicts(results).map(({ label, connections, limit, measured, spread }) => [
    label,
    connections,
    `≤ ${limit}`,
    short(measured),
    range(spread),
    measured <= limit ? 'met' : '**not met**',
  ]);
  return table(['', 'connections', 'target', 'measured', 'spread', ''], rows);
}

/**
 * Everything about one scenario at one number of connections: a table of its metrics.
 *
 * @param {Results} results
 * @param {import('./scenarios.js').Scenario} scenario
 * @param {number} connections
 */
export function scenarioTable(results, { name, metrics }, connections) {
  const place = { connections, scenario: name };
  const servers = Object.keys(results[connections]?.[name] ?? {});
  const names = Object.keys(metrics);
  const rows = servers.map((server) => {
    const ours = rivalTo(server);
    return [
      labelOf(server),
      ...names.flatMap((metric) => {
        const ratio = ours && ratioOf(results, { ...place, metric }, ours, server);
        return [
          short(medianOf(results, { ...place, metric }, server)),
          ratio ? `${short(ratio.median)} (${range(ratio)})` : '',
        ];
      }),
      percent(besides(results, place, server, 'serverBusy')),
      name === 'latency'
        ? `${short(besides(results, place, server, 'lateness'))} ms late`
        : percent(besides(results, place, server, 'loadBusy')),
    ];
  });
  const head = ['server', ...names.flatMap((metric) => [metrics[metric], 'module / it'])];
  return table([...head, 'server busy', 'load busy'], rows);
}

/** Which of the module's codecs a server is compared with. @param {string} server */
function rivalTo(server) {
  return Object.keys(rivals).find((ours) => rivals[ours].includes(server));
}
