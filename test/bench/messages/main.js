/** What a message costs: compares this module with its peers. */
import { runBench } from '../lib/bench.js';
import { flag, names, number, numbers } from '../lib/options.js';
import { planned } from '../lib/plan.js';
import { runRounds } from '../lib/rounds.js';
import { Pair } from './pair.js';
import { chosenPeers, peers } from './peers.js';
import { printScenario, printTargets } from './print.js';
import { chartsOf, markdown } from './results.js';
import { scenarios } from './scenarios.js';

/** Half or less of what the slowest of the servers can do with 15,000 connections. */
const RATE = 6_000;

await runBench({
  script: 'bench',
  about: 'Compares what a message costs with this module and with its peers.',
  options: {
    quick: flag('a rough answer in under two minutes; writes nothing'),
    only: names('scenarios', scenarios),
    servers: names('servers', peers),
    connections: numbers('numbers of connections (1000,15000; quick: 1000)'),
    rounds: number('rounds of each scenario, instead of its own number'),
    rate: number('messages per second in the latency scenario', RATE),
    profile: flag('a .cpuprofile of each server, in the current directory'),
    write: flag('write RESULTS.md even when the run was not complete'),
  },
  deadlineMinutes: 40,

  async run({ write, profile, rate, ...asked }) {
    const plan = planned(scenarios, asked);
    const { quick, only, servers, rounds } = asked;
    const counts = asked.connections ?? (quick ? [1_000] : [1_000, 15_000]);
    /** @type {import('../lib/rounds.js').Results} */
    const results = {};
    for (const connections of counts) {
      results[connections] = {};
      const pairs = await startPairs(chosenPeers(servers), profile);
      for (const scenario of plan.filter(({ beyond = 0 }) => connections > beyond)) {
        const found = await runRounds(scenario, pairs, { connections, rate });
        results[connections][scenario.name] = found;
        printScenario(results, scenario, connections);
      }
      await Promise.all(pairs.map((pair) => pair.stop()));
    }
    printTargets(results);
    const complete = !quick && !only && !servers && !asked.connections && !rounds;
    return {
      file: 'RESULTS.md',
      text: (made) => markdown(results, { scenarios: plan, rate, made }),
      charts: chartsOf(results),
      written: write || complete,
    };
  },
});

/** @param {import('./peers.js').Peer[]} chosen @param {boolean} profile */
async function startPairs(chosen, profile) {
  const pairs = [];
  for (const peer of chosen) {
    // 127.0.0.x stays free for the servers' own addresses.
    pairs.push(await Pair.start(peer, { network: pairs.length + 1, profile }));
  }
  return pairs;
}
