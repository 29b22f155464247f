/** Measures what several nodes cost beside Socket.IO with its Redis adapter: see HELP. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { Cluster, systems } from './cluster/cluster.js';
import { markdown, printScenario, printTargets } from './cluster/report.js';
import { scenarios, warmUp } from './cluster/scenarios.js';
import { commandLine } from './lib/command-line.js';
import { runToEnd } from './lib/run-to-end.js';
import { planned } from './plan.js';
import { medianOf } from './report/compare.js';
import { runRounds } from './rounds.js';

const HELP = `npm run bench:cluster -- [options]

  --quick           a rough answer in under a minute
  --only a,b        scenarios: ${scenarios.map(({ name }) => name).join(', ')}
  --nodes a,b       numbers of nodes (2,8)
  --connections n   connections of each node (200)
  --rounds n        rounds of each scenario, instead of its own number
  --write           write CLUSTER.md`;

/** Ends a run that hangs; its children end with it. */
const DEADLINE_MS = 20 * 60_000;

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      nodes: { type: 'string', default: '2,8' },
      connections: { type: 'string', default: '200' },
      rounds: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const began = performance.now();
  const sizes = values.nodes.split(',').map(Number);
  const connections = Number(values.connections);
  const plan = planned(
    {
      quick: values.quick,
      only: values.only?.split(','),
      rounds: values.rounds ? Number(values.rounds) : undefined,
    },
    scenarios,
  );
  const clusters = await startClusters(sizes, connections, plan);
  const redis = await clusters[0].redis.call('version');

  /** @type {import('./rounds.js').Results} */
  const results = { [connections]: {} };
  const run = { sizes, connections, scenarios: plan };
  for (const scenario of plan) {
    results[connections][scenario.name] = await runRounds(scenario, clusters, { connections });
    printScenario(results, scenario, run);
    if (scenario.name === 'saturation') noteSaturation(clusters, results, connections);
  }
  await Promise.all(clusters.map((cluster) => cluster.stop()));

  printTargets(results, run);
  const seconds = (performance.now() - began) / 1000;
  console.log(`\n${Math.round(seconds)} seconds`);
  if (!values.write) return;
  const command = commandLine('bench:cluster');
  const text = markdown(results, { ...run, redis, seconds, command });
  const file = new URL('CLUSTER.md', import.meta.url);
  await writeFile(file, await format(text, { parser: 'markdown' }));
  console.log(`written: ${file.pathname}`);
}

/** All of them stay up, so that the systems can be measured in turn. */
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

/** Latency is asked for at a part of it. */
function noteSaturation(clusters, results, connections) {
  const place = { connections, scenario: 'saturation', metric: 'rate' };
  for (const cluster of clusters) cluster.saturation = medianOf(results, place, cluster.peer.name);
}

await runToEnd(main, DEADLINE_MS);
