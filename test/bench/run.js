/** Compares this module with its peers: see HELP in `options.js`. */
import { commandLine } from './lib/command-line.js';
import { runToEnd } from './lib/run-to-end.js';
import { HELP, readOptions } from './options.js';
import { Pair } from './pair.js';
import { chosenPeers } from './peers.js';
import { planned } from './plan.js';
import { printScenario, printTargets } from './report/print.js';
import { writeResults } from './report/results.js';
import { runRounds } from './rounds.js';

/** Ends a run that hangs; its children end with it. */
const DEADLINE_MS = 40 * 60_000;

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return;
  }
  const began = performance.now();
  const scenarios = planned(options);
  const peers = chosenPeers(options.servers);
  /** @type {import('./rounds.js').Results} */
  const results = {};

  for (const connections of options.connections) {
    results[connections] = {};
    const pairs = await startPairs(peers, options);
    for (const scenario of scenarios.filter(({ beyond = 0 }) => connections > beyond)) {
      const { rate } = options;
      results[connections][scenario.name] = await runRounds(scenario, pairs, { connections, rate });
      printScenario(results, scenario, connections);
    }
    await Promise.all(pairs.map((pair) => pair.stop()));
  }

  printTargets(results);
  const seconds = (performance.now() - began) / 1000;
  console.log(`\n${Math.round(seconds)} seconds`);
  if (!options.write) return;
  const command = commandLine('bench');
  const file = await writeResults(results, { scenarios, rate: options.rate, seconds, command });
  console.log(`written: ${file.pathname}`);
}

async function startPairs(peers, { profile }) {
  const pairs = [];
  for (const peer of peers) {
    // 127.0.0.x stays free for the servers' own addresses.
    pairs.push(await Pair.start(peer, { network: pairs.length + 1, profile }));
  }
  return pairs;
}

await runToEnd(main, DEADLINE_MS);
