import { median, spread } from './statistics.js';

/** @typedef {import('../rounds.js').Results} Results */

/** @typedef {{ connections: number, scenario: string, metric: string }} Place */

/** @param {Results} results @param {Place} place @param {string} server */
function values(results, { connections, scenario, metric }, server) {
  return results[connections]?.[scenario]?.[server]?.map(({ metrics }) => metrics[metric]);
}

/**
 * The median over the rounds; undefined where nothing was measured.
 *
 * @param {Results} results @param {Place} place @param {string} server
 */
export function medianOf(results, place, server) {
  const found = values(results, place, server);
  return found && median(found);
}

/** @param {Results} results @param {Place} place @param {string} server */
export function spreadOf(results, place, server) {
  const found = values(results, place, server);
  return found && spread(found);
}

/**
 * The ratios of two servers, taken round by round.
 *
 * @param {Results} results @param {Place} place @param {string} server @param {string} rival
 */
export function ratioOf(results, place, server, rival) {
  const ours = values(results, place, server);
  const theirs = values(results, place, rival);
  return ours && theirs && spread(ours.map((value, round) => value / theirs[round]));
}

/**
 * The median over the rounds of what a sample tells beside its metrics.
 *
 * @param {Results} results
 * @param {{ connections: number, scenario: string }} place
 * @param {string} server
 * @param {'serverBusy' | 'loadBusy' | 'lateness'} field
 */
export function besides(results, { connections, scenario }, server, field) {
  const samples = results[connections]?.[scenario]?.[server];
  const found = samples?.flatMap((sample) => sample[field] ?? []);
  return found?.length === samples?.length && found?.length ? median(found) : undefined;
}
