import { scenarios as ofOneNode } from './scenarios.js';

const QUICK_ROUNDS = 2;
const QUICK_DURATION = 0.45;

/**
 * The scenarios to run, with as many and as long rounds as were asked for.
 *
 * @template {Pick<import('./scenarios.js').Scenario, 'name' | 'rounds' | 'durationMs' | 'quick'>} S
 * @param {Pick<import('./options.js').Options, 'quick' | 'only' | 'rounds'>} options
 * @param {S[]} [scenarios]
 * @returns {S[]}
 */
export function planned({ quick, only, rounds }, scenarios = ofOneNode) {
  return scenarios
    .filter((scenario) => (only ? only.includes(scenario.name) : !quick || scenario.quick))
    .map((scenario) => ({
      ...scenario,
      rounds: rounds ?? (quick ? Math.min(QUICK_ROUNDS, scenario.rounds) : scenario.rounds),
      durationMs: scenario.durationMs * (quick ? QUICK_DURATION : 1),
    }));
}
