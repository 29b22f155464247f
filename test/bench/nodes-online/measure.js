import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../lib/processes/clock.js';
import { Cluster, systems } from '../cluster/cluster.js';

/** How long the cluster may take until its counts are right. */
const PATIENCE_MS = 30_000;

/** Time in which a message would come that should not. */
const SILENCE_MS = 500;

/** @typedef {Awaited<ReturnType<typeof measureOnline>>} Found */

/**
 * Brings users online on several nodes, each with one real socket, and does with them what the
 * nodes are for.
 *
 * @param {{ nodes: number, each: number, log: (line: string) => void }} options
 */
export async function measureOnline({ nodes, each, log }) {
  const total = nodes * each;
  log(`${nodes} nodes`);
  const cluster = await Cluster.start({
    system: systems.push,
    nodes,
    each,
    network: 1,
    loads: nodes,
  });
  const empty = await memoryOf(cluster);

  log(`${total} connections`);
  const connect = await timed(() => cluster.measured(() => connectInTurn(cluster)));
  const counted = await countsOf(cluster, { connections: total, uids: total, nodes });
  const online = await memoryOf(cluster);
  log('sendToUid');
  const sends = [];
  for (let from = 0; from < nodes; from++) sends.push(await sendToNext(cluster, from));
  log('broadcast');
  const broadcast = await broadcastToAll(cluster);
  await sleep(SILENCE_MS);
  const received = await Promise.all(cluster.loads.map((load) => load.call('arrived', 0)));
  // Each node's users have got one message to a uid and the broadcast.
  const exact = received.every((tally) => tally.received === each + 1);
  const afterwards = await memoryOf(cluster);

  log('disconnecting');
  const left = await timed(async () => {
    await cluster.disconnect();
    await countsOf(cluster, { connections: 0, uids: 0, nodes });
  });
  const keys = await cluster.redis.call('keys');
  const redis = await cluster.redis.call('version');
  await cluster.stop();
  return {
    ...{ nodes, each, total, redis, sends, broadcast, exact, counted },
    memory: { empty, online, afterwards },
    connect,
    disconnect: { ms: left.ms, keys },
  };
}

/**
 * One node's users after the other's, each in a burst of as many handshakes at a time as the
 * load keeps under way: all at once would only take turns on the one core of the nodes.
 *
 * @param {Cluster} cluster
 */
async function connectInTurn(cluster) {
  for (const load of cluster.loads) await load.call('connect', cluster.each);
}

/** @template T @param {() => Promise<T>} work */
async function timed(work) {
  const began = now();
  const result = await work();
  return { ms: now() - began, result };
}

/**
 * Waits until every node counts so much, and tells how long that and one count took.
 *
 * @typedef {{ connections: number, uids: number, nodes: number }} Counts
 *
 * @param {Cluster} cluster
 * @param {Counts} expected
 */
async function countsOf(cluster, expected) {
  const began = now();
  /** @param {Counts} counts */
  const right = ({ connections, uids, nodes }) =>
    connections === expected.connections && uids === expected.uids && nodes === expected.nodes;
  for (;;) {
    const asked = now();
    const counts = await Promise.all(cluster.nodes.map((node) => node.call('counts')));
    const answered = now();
    if (counts.every(right)) return { after: answered - began, call: answered - asked };
    if (answered - began > PATIENCE_MS) {
      const [wanted, found] = [expected, counts].map((value) => JSON.stringify(value));
      throw new Error(`the cluster counts ${found}, not ${wanted}`);
    }
    await sleep(20);
  }
}

/** A message from this node to a user of the next. @param {Cluster} cluster @param {number} from */
async function sendToNext(cluster, from) {
  const to = (from + 1) % cluster.nodes.length;
  const load = cluster.loads[to];
  const { received } = await load.call('arrived', 0);
  const { from: uid } = cluster.uidsOf(to);
  const sent = await cluster.nodes[from].call('sendToUid', `u${uid}`);
  const { at } = await load.call('arrived', received + 1);
  return { from, to, call: sent.ms, arrival: at - sent.began, nodes: sent.result.nodes };
}

/** @param {Cluster} cluster */
async function broadcastToAll(cluster) {
  const before = await Promise.all(cluster.loads.map((load) => load.call('arrived', 0)));
  const { result, ...cost } = await cluster.measured(async () => {
    const sent = await cluster.nodes[0].call('broadcast');
    const arrivals = await Promise.all(
      cluster.loads.map((load, i) => load.call('arrived', before[i].received + cluster.each)),
    );
    return { sent, last: Math.max(...arrivals.map(({ at }) => at)) };
  });
  const { sent, last } = result;
  return { call: sent.ms, ms: last - sent.began, nodes: sent.result.nodes, cpu: cost.nodes };
}

/** Bytes. @param {Cluster} cluster */
async function memoryOf(cluster) {
  const [nodes, loads, redis] = await Promise.all([
    Promise.all(cluster.nodes.map((node) => node.call('memory'))),
    Promise.all(cluster.loads.map((load) => load.call('memory'))),
    cluster.redis.call('memory'),
  ]);
  return { nodes, loads, redis, available: available() };
}

/** What the machine has left: sockets take memory of the kernel's, which is no process's. */
function available() {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return Number(line?.[1]) * 1024;
}
