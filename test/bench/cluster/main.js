/** What several nodes cost, beside Socket.IO with its Redis adapter. */
import { runBench } from '../lib/bench.js';
import { flag, names, number, numbers } from '../lib/options.js';
import { planned } from '../lib/plan.js';
import { medianOf } from '../lib/report/compare.js';
import { runRounds } from '../lib/rounds.js';
import { Cluster, systems } from './cluster.js';
import { markdown, printScenario, printTargets } from './report.js';
import { scenarios, warmUp } from './scenarios.js';

await runBench({
  script: 'bench:cluster',
  about: 'Measures what several nodes cost beside Socket.IO with its Redis adapter.',
  options: {
    quick: flag('a rough answer in under a minute'),
    only: names('scenarios', scenarios),
    nodes: numbers('numbers of nodes', [2, 8]),
    connections: number('connections of each node', 200),
    rounds: number('rounds of each scenario, instead of its own number'),
    write: flag('write CLUSTER.md'),
  },
  deadlineMinutes: 20,

  async run({ nodes: sizes, connections, write, ...asked }) {
    const plan = planned(scenarios, asked);
    const clusters = await startClusters(sizes, connections, plan);
    const redis = await clusters[0].redis.call('version');
    /** @type {import('../lib/rounds.js').Results} */
    const results = { [connections]: {} };
    const run = { sizes, connections, scenarios: plan };
    for (const scenario of plan) {
      results[connections][scenario.name] = await runRounds(scenario, clusters, { connections });
      printScenario(results, scenario, run);
      if (scenario.name === 'saturation') noteSaturation(clusters, results, connections);
    }
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    printTargets(results, run);
    return {
      file: 'CLUSTER.md',
      text: (made) => markdown(results, { ...run, redis, made }),
      written: write,
    };
  },
});

/**
 * All of them stay up, so that the systems can be measured in turn.
 *
 * @param {number[]} sizes
 * @param {number} connections
 * @param {import('./scenarios.js').Scenario[]} plan
 */
async function startClusters(sizes, connections, plan) {
  let network = 1;
  const starting = sizes.flatMap((nodes) =>
    Object.values(systems).map((system) => {
      const options = { system, nodes, each: connections, network };
      network += nodes;
      return Cluster.start(options);
    }),
  );
  const clusters = await Promise.all(starting);
  for (const cluster of clusters) {
    await cluster.connect();
    await warmUp(cluster, plan);
  }
  return clusters;
}

/**
 * Latency is asked for at a part of it.
 *
 * @param {Cluster[]} clusters
 * @param {import('../lib/rounds.js').Results} results
 * @param {number} connections
 */
function noteSaturation(clusters, results, connections) {
  const place = { connections, scenario: 'saturation', metric: 'rate' };
  for (const cluster of clusters) {
    cluster.saturation = medianOf(results, place, cluster.peer.name) ?? NaN;
  }
}
