/**
 * What is measured of each cluster. The first node sends, as server code does.
 *
 * @typedef {import('./cluster.js').Cluster} Cluster
 * @typedef {import('../lib/scenario.js').Scenario<Cluster>} Scenario
 */

const IN_FLIGHT = 64;
const IN_FLIGHT_SATURATED = 512;

/** Of what a cluster can do: the rate at which latency is asked for. */
const LATENCY_LOAD = 0.25;

/** @type {Record<string, (cluster: Cluster) => { from: number, to: number }>} */
const receivers = {
  local: (cluster) => cluster.uidsOf(0),
  second: (cluster) => cluster.uidsOf(1),
  others: (cluster) => cluster.uidsOf(1, cluster.nodes.length),
};

const costs = {
  sender: 'µs of CPU: sender',
  others: 'all other nodes',
  nodes: 'all nodes',
  redis: 'Redis',
};

/**
 * CPU per message from the first node to users elsewhere.
 *
 * @param {string} to
 * @param {(cluster: Cluster) => number} inFlight
 * @returns {Scenario['run']}
 */
function send(to, inFlight = () => IN_FLIGHT) {
  return async (cluster, { durationMs }) => {
    const work = { uids: receivers[to](cluster), inFlight: inFlight(cluster), durationMs };
    const { result, serverBusy, loadBusy, ...cpu } = await cluster.measured(() =>
      cluster.load.call('send', work),
    );
    return { metrics: per(result.operations, cpu), serverBusy, loadBusy };
  };
}

/**
 * CPU per broadcast, one after the other.
 *
 * @type {Scenario['run']}
 */
async function broadcast(cluster, { durationMs }) {
  const work = { deliveries: cluster.connections, inFlight: 1, durationMs };
  const { result, serverBusy, loadBusy, ...cpu } = await cluster.measured(() =>
    cluster.load.call('broadcast', work),
  );
  const metrics = per(result.operations, cpu);
  metrics.delivery = metrics.nodes / cluster.connections;
  return { metrics, serverBusy, loadBusy };
}

/** @param {number} operations @param {Record<string, number>} cpu */
function per(operations, cpu) {
  return Object.fromEntries(
    Object.keys(costs).map((process) => [process, cpu[process] / operations]),
  );
}

/** @type {Scenario['run']} */
async function saturation(cluster, { durationMs }) {
  const work = { uids: receivers.others(cluster), inFlight: IN_FLIGHT_SATURATED, durationMs };
  const { result, serverBusy, loadBusy } = await cluster.measured(() =>
    cluster.load.call('send', work),
  );
  return { metrics: { rate: (result.operations / result.ms) * 1000 }, serverBusy, loadBusy };
}

/**
 * Across nodes and, at the same rate, to users of the sending node itself.
 *
 * @type {Scenario['run']}
 */
async function latency(cluster, { durationMs }) {
  const rate = cluster.saturation * LATENCY_LOAD;
  /** @param {string} to */
  const at = (to) =>
    cluster.measured(() =>
      cluster.load.call('sendAtRate', { uids: receivers[to](cluster), rate, durationMs }),
    );
  const { result: local } = await at('local');
  const { result: across, serverBusy } = await at('others');
  return {
    metrics: {
      rate,
      p50: across.latency.p50,
      localP50: local.latency.p50,
      addedP50: across.latency.p50 - local.latency.p50,
      p99: across.latency.p99,
      localP99: local.latency.p99,
    },
    serverBusy,
    lateness: Math.max(across.lateness.p999, local.lateness.p999),
  };
}

/**
 * Milliseconds for each node that receives. What a node runs is compiled after some ten thousand
 * messages; before that one costs twice as much, and where many nodes share a core and the
 * messages, each of them is long in coming there.
 */
const WARM_UP_MS = 5_000;

/** @param {Cluster} cluster @param {Scenario[]} planned */
export async function warmUp(cluster, planned) {
  const toAll = planned.some(({ name }) => name === 'spread');
  await cluster.load.call('send', {
    uids: receivers[toAll ? 'others' : 'second'](cluster),
    inFlight: IN_FLIGHT_SATURATED,
    durationMs: WARM_UP_MS * (toAll ? cluster.nodes.length - 1 : 1),
  });
}

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'send',
    title: `\`sendToUid\` from one node to users of one other, 64 bytes, ${IN_FLIGHT} in flight`,
    metrics: costs,
    rounds: 9,
    durationMs: 600,
    quick: true,
    run: send('second'),
  },
  {
    name: 'spread',
    title: `\`sendToUid\` from one node to users of all others, ${IN_FLIGHT} in flight to each node`,
    metrics: costs,
    rounds: 9,
    durationMs: 600,
    run: send('others', ({ nodes }) => IN_FLIGHT * (nodes.length - 1)),
  },
  {
    name: 'broadcast',
    title: 'A broadcast from one node to every connection',
    metrics: { ...costs, delivery: 'all nodes, per delivery' },
    rounds: 5,
    durationMs: 600,
    quick: true,
    run: broadcast,
  },
  {
    name: 'saturation',
    title: `Throughput at saturation: \`sendToUid\` to users of all others, ${IN_FLIGHT_SATURATED} in flight`,
    metrics: { rate: 'messages per second' },
    rounds: 3,
    durationMs: 800,
    quick: true,
    warmups: () => 0,
    run: saturation,
  },
  {
    name: 'latency',
    title: 'Latency of `sendToUid` at a quarter of that',
    metrics: {
      rate: 'messages per second',
      p50: 'ms, p50',
      localP50: 'within the node',
      addedP50: 'added',
      p99: 'ms, p99',
      localP99: 'within the node',
    },
    rounds: 5,
    durationMs: 1_000,
    quick: true,
    // What saturation has been measured with is warm.
    warmups: () => 0,
    run: latency,
  },
];
