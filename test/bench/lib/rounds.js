/** @typedef {import('./scenario.js').Sample} Sample */

/**
 * Results by number of connections, scenario and server: one sample per round.
 *
 * @typedef {Record<number, Record<string, Record<string, Sample[]>>>} Results
 */

/**
 * Runs one scenario against all servers, in rounds. The machine's speed drifts, so only what was
 * measured within one round is compared; and each round begins with another server, so that none
 * always follows the same one.
 *
 * @template {import('./scenario.js').Subject} S
 * @param {import('./scenario.js').Scenario<S>} scenario
 * @param {S[]} subjects
 * @param {{ connections: number, rate?: number }} circumstances
 */
export async function runRounds(scenario, subjects, { connections, rate }) {
  const { warmups = () => 1, rounds, durationMs, jsonOnly, servers, run } = scenario;
  const taking = subjects.filter(
    ({ peer }) =>
      (!jsonOnly || peer.dialect !== 'text') && (!servers || servers.includes(peer.name)),
  );
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(taking.map(({ peer }) => [peer.name, []]));
  const discarded = warmups(connections);

  for (let round = 0; round < discarded + rounds; round++) {
    for (let turn = 0; turn < taking.length; turn++) {
      const subject = taking[(turn + round) % taking.length];
      const sample = await run(subject, { connections, durationMs, rate });
      if (round >= discarded) samples[subject.peer.name].push(sample);
    }
  }
  return samples;
}
