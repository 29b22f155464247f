/**
 * Results by number of connections, scenario and server: one sample per round.
 *
 * @typedef {Record<number, Record<string, Record<string, import('./scenarios.js').Sample[]>>>} Results
 */

/**
 * Runs one scenario against all servers, in rounds. The machine's speed drifts, so only what was
 * measured within one round is compared; and each round begins with another server, so that none
 * always follows the same one.
 *
 * @param {import('./scenarios.js').Scenario} scenario
 * @param {import('./pair.js').Pair[]} pairs
 * @param {{ connections: number, rate: number }} circumstances
 */
export async function runRounds(scenario, pairs, { connections, rate }) {
  const { warmups = () => 1, rounds, durationMs, jsonOnly, servers, run } = scenario;
  const taking = pairs.filter(
    ({ peer }) =>
      (!jsonOnly || peer.dialect !== 'text') && (!servers || servers.includes(peer.name)),
  );
  /** @type {Record<string, import('./scenarios.js').Sample[]>} */
  const samples = Object.fromEntries(taking.map(({ peer }) => [peer.name, []]));
  const discarded = warmups(connections);

  for (let round = 0; round < discarded + rounds; round++) {
    for (let turn = 0; turn < taking.length; turn++) {
      const pair = taking[(turn + round) % taking.length];
      const sample = await run(pair, { connections, durationMs, rate });
      if (round >= discarded) samples[pair.peer.name].push(sample);
    }
  }
  return samples;
}
