import { besides, medianOf, ratioOf } from '../lib/report/compare.js';
import { percent, short } from '../lib/report/tables.js';
import { verdicts } from './targets.js';

/**
 * One scenario on the terminal, as soon as it is measured.
 *
 * @param {import('../lib/report/compare.js').Results} results
 * @param {import('./scenarios.js').Scenario} scenario
 * @param {number} connections
 */
export function printScenario(results, { name, title, metrics }, connections) {
  const place = { connections, scenario: name };
  console.log(`\n${title} (${connections} connections)`);
  for (const server of Object.keys(results[connections][name])) {
    const figures = Object.entries(metrics).map(([metric, unit]) => {
      const value = short(medianOf(results, { ...place, metric }, server));
      const ratio = ratioOf(results, { ...place, metric }, server, 'ws');
      return `${value} ${unit}${ratio ? ` (${short(ratio.median)} of ws)` : ''}`;
    });
    console.log(`  ${server.padEnd(12)} ${figures.join(', ')}${besidesOf(results, place, server)}`);
  }
}

/**
 * @param {import('../lib/rounds.js').Results} results
 * @param {{ connections: number, scenario: string }} place
 * @param {string} server
 */
function besidesOf(results, place, server) {
  const lateness = besides(results, place, server, 'lateness');
  const load =
    lateness === undefined
      ? percent(besides(results, place, server, 'loadBusy'))
      : `${short(lateness)} ms late`;
  return ` · server ${percent(besides(results, place, server, 'serverBusy'))}, load ${load}`;
}

/** @param {import('../lib/report/compare.js').Results} results */
export function printTargets(results) {
  const found = verdicts(results);
  if (found.length > 0) console.log('\nTargets');
  for (const { label, connections, limit, measured } of found) {
    const verdict = measured <= limit ? 'met' : 'NOT MET';
    console.log(`  ${label} at ${connections}: ${short(measured)}, target ${limit}: ${verdict}`);
  }
}
