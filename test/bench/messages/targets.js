import { ratioOf, spreadOf } from '../lib/report/compare.js';

/**
 * What the module promises, as ratios within one run.
 *
 * @typedef {import('../lib/rounds.js').Results} Results
 *
 * @typedef {object} Target
 * @property {string} label
 * @property {string} scenario
 * @property {string} metric
 * @property {string} server
 * @property {string} rival
 * @property {Record<number, number | undefined>} limits by number of connections
 */

/**
 * Label, scenario, metric, server, rival, and the limits with 1,000 and 15,000 connections.
 *
 * @type {[string, string, string, string, string, number | undefined, number][]}
 */
const rows = [
  ['routed json message, CPU / bare `ws`', 'routed', 'cpu', 'module', 'ws', 1.0, 0.8],
  ['the same / stock Nest gateway', 'routed', 'cpu', 'module', 'nest', 0.4, 0.4],
  ['the same / the bare `net` limit', 'routed', 'cpu', 'module', 'net', 1.3, 1.3],
  ['routed text message, CPU / bare `ws`', 'routed', 'cpu', 'module-text', 'ws-text', 0.9, 0.7],
  ['broadcast delivery, CPU / bare `ws`', 'broadcast', 'cpu', 'module', 'ws', 0.75, 0.85],
  ['the same / the bare `net` limit', 'broadcast', 'cpu', 'module', 'net', 1.15, 1.1],
  ['memory per idle connection / bare `ws`', 'connect', 'memory', 'module', 'ws', undefined, 1.1],
  ['CPU per accepted connection / bare `ws`', 'connect', 'cpu', 'module', 'ws', 1.3, 1.3],
  ['p99.9 latency / stock Nest gateway', 'latency', 'p999', 'module', 'nest', 0.5, 0.5],
];

/** @type {Target[]} */
const targets = rows.map(([label, scenario, metric, server, rival, few, many]) => ({
  label,
  scenario,
  metric,
  server,
  rival,
  limits: { 1_000: few, 15_000: many },
}));

/** How much a routed message may cost more with fifteen times the connections. */
const GROWTH_LIMIT = 1.4;

/**
 * @typedef {{ label: string, connections: string, limit: number, measured: number,
 *   spread?: import('../lib/report/statistics.js').Spread }} Verdict
 *
 * @param {import('../lib/report/compare.js').Results} results
 * @returns {Verdict[]}
 */
export function verdicts(results) {
  return [...targets.flatMap((target) => judged(results, target)), ...growth(results)];
}

/** @param {Results} results @param {Target} target */
function judged(results, { label, scenario, metric, server, rival, limits }) {
  return Object.entries(limits).flatMap(([connections, limit]) => {
    const place = { connections: Number(connections), scenario, metric };
    const spread = ratioOf(results, place, server, rival);
    if (limit === undefined || !spread) return [];
    return [{ label, connections, limit, measured: spread.median, spread }];
  });
}

/** Only where it was measured, which takes many connections. @param {Results} results */
function growth(results) {
  return Object.keys(results).flatMap((connections) => {
    const place = { connections: Number(connections), scenario: 'growth', metric: 'growth' };
    const spread = spreadOf(results, place, 'module');
    if (!spread) return [];
    const label = 'growth of a routed json message from 1000';
    return [{ label, connections, limit: GROWTH_LIMIT, measured: spread.median, spread }];
  });
}
