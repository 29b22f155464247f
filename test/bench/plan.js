import { scenarios } from './scenarios.js';

const QUICK_ROUNDS = 3;
const QUICK_DURATION = 0.6;

/**
 * The scenarios to run, with as many and as long rounds as were asked for.
 *
 * @param {import('./options.js').Options} options
 * @returns {import('./scenarios.js').Scenario[]}
 */
export function planned({ quick, only, rounds }) {
  return scenarios
    .filter((scenario) => (only ? only.includes(scenario.name) : !quick || scenario.quick))
    .map((scenario) => ({
      ...scenario,
      rounds: rounds ?? (quick ? Math.min(QUICK_ROUNDS, scenario.rounds) : scenario.rounds),
      durationMs: scenario.durationMs * (quick ? QUICK_DURATION : 1),
    }));
}
