const QUICK_ROUNDS = 2;
const QUICK_DURATION = 0.45;

/**
 * The scenarios to run, with as many and as long rounds as were asked for.
 *
 * @template {import('./scenario.js').Scenario<any>} S
 * @param {S[]} scenarios
 * @param {{ quick: boolean, only?: string[], rounds?: number }} asked
 * @returns {S[]}
 */
export function planned(scenarios, { quick, only, rounds }) {
  return scenarios
    .filter((scenario) => (only ? only.includes(scenario.name) : !quick || scenario.quick))
    .map((scenario) => ({
      ...scenario,
      rounds: rounds ?? (quick ? Math.min(QUICK_ROUNDS, scenario.rounds) : scenario.rounds),
      durationMs: scenario.durationMs * (quick ? QUICK_DURATION : 1),
    }));
}
