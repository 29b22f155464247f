import { Child } from '../../lib/processes/child.js';
import { serverFlags } from '../../lib/processes/flags.js';
import { used } from '../../lib/processes/usage.js';
import { spread } from '../../lib/report/statistics.js';
import { copyOf } from './another-build.js';

const [SERVER_CORE, LOAD_CORE] = [0, 1];
/** Clients that get the messages, and messages under way at a time. */
const [UIDS, IN_FLIGHT] = [100, 64];

/** @typedef {{ rounds: number, messages: number, clients: number, missed: number, against: string | undefined }} Plan */
/** @typedef {Awaited<ReturnType<typeof measure>>} Found */
/** @typedef {Awaited<ReturnType<typeof start>>} Cluster */

/** @param {string} name */
const program = (name) => new URL(name, import.meta.url);

/** @param {Plan} plan @param {(line: string) => void} log */
export async function measure(plan, log) {
  const against = plan.against === undefined ? undefined : copyOf(plan.against);
  const costs = [];
  for (const store of ['memory', 'Redis']) {
    log(`what a message costs, kept in ${store}`);
    costs.push({ store, ...(await costOf(store, against, plan)) });
  }
  log('everyone comes back');
  return { plan, costs, storm: await storm(plan) };
}

/**
 * @param {string} store
 * @param {string} [dist] another build
 */
async function start(store, dist = '') {
  const redis =
    store === 'Redis'
      ? new Child(program('../../cluster/redis-server.js'), { core: LOAD_CORE })
      : undefined;
  const args = [dist, redis === undefined ? '' : await redis.call('url')];
  const flags = serverFlags('module');
  const node = new Child(program('node.js'), { core: SERVER_CORE, flags, args });
  const load = new Child(program('load.js'), { core: LOAD_CORE });
  const port = await node.call('port');
  const stop = () => Promise.all([load, node, redis].map((child) => child?.stop()));
  return { redis, node, load, port, stop };
}

/**
 * In turn, round by round: the machine's speed drifts.
 *
 * @param {string} store @param {string | undefined} against @param {Plan} plan
 */
async function costOf(store, against, { rounds, messages }) {
  const ours = await start(store);
  const theirs = against === undefined ? undefined : await start(store, against);
  const measured = [
    { name: 'plain', kind: 'plain', at: ours },
    { name: 'retained', kind: 'retained', at: ours },
    ...(theirs === undefined ? [] : [{ name: 'before', kind: 'plain', at: theirs }]),
  ];
  for (const { load, port } of theirs === undefined ? [ours] : [ours, theirs]) {
    await load.call('connect', { port, count: UIDS });
  }
  /** @type {Record<string, { node: number[], redis: number[] }>} */
  const found = { plain: empty(), retained: empty(), before: empty() };
  for (let round = -1; round < rounds; round++) {
    for (const { name, kind, at } of measured) {
      const cost = await costOfRound(at, kind, messages);
      // The first round is that of the compiler.
      if (round < 0) continue;
      found[name].node.push(cost.node);
      if (cost.redis !== undefined) found[name].redis.push(cost.redis);
    }
  }
  await Promise.all([ours.stop(), theirs?.stop()]);
  const { plain, retained, before } = found;
  return {
    plain: spreads(plain),
    retained: spreads(retained),
    before: spreads(before),
    ratio: ratio(retained.node, plain.node),
    change: ratio(plain.node, before.node),
  };
}

/** Microseconds a message. @param {Cluster} cluster @param {string} kind @param {number} count */
async function costOfRound({ node, redis }, kind, count) {
  const before = await Promise.all([node.call('usage'), redis?.call('usage')]);
  await node.call('send', { kind, count, uids: UIDS, inFlight: IN_FLIGHT });
  const after = await Promise.all([node.call('usage'), redis?.call('usage')]);
  const [cpu, redisCpu] = before.map((one, i) => one && used(one, after[i]).cpu / count);
  return { node: Number(cpu), redis: redisCpu };
}

function empty() {
  return { node: /** @type {number[]} */ ([]), redis: /** @type {number[]} */ ([]) };
}

/** @param {{ node: number[], redis: number[] }} found */
function spreads({ node, redis }) {
  const of = (/** @type {number[]} */ values) => (values.length > 0 ? spread(values) : undefined);
  return { node: of(node), redis: of(redis) };
}

/** Round by round. @param {number[]} some @param {number[]} others */
function ratio(some, others) {
  return others.length > 0 ? spread(some.map((cpu, i) => cpu / others[i])) : undefined;
}

/** @param {Plan} plan */
async function storm({ clients, missed }) {
  const cluster = await start('Redis');
  const { node, load, port, stop } = cluster;
  await load.call('connect', { port, count: clients });
  await load.call('leave');
  const plain = await comeBack(cluster, clients, 0);
  await load.call('leave');
  const work = { kind: 'retained', count: clients * missed, uids: clients, inFlight: IN_FLIGHT };
  await node.call('send', work);
  const recovering = await comeBack(cluster, clients, missed);
  await stop();
  return { plain, recovering };
}

/** What it takes, for each of them. @param {Cluster} cluster @param {number} clients @param {number} missed */
async function comeBack({ redis, node, load, port }, clients, missed) {
  const before = await Promise.all([node.call('memory'), redis?.call('traffic')]);
  let peak = before[0];
  const watching = setInterval(() => {
    void node.call('memory').then((rss) => (peak = Math.max(peak, rss)));
  }, 100);
  const ms = await load.call('storm', { port, missed });
  clearInterval(watching);
  const traffic = await redis?.call('traffic');
  /** @param {'commands' | 'scripts' | 'bytes'} figure */
  const each = (figure) => (traffic[figure] - before[1][figure]) / clients;
  return {
    ms,
    commands: each('commands'),
    scripts: each('scripts'),
    bytes: each('bytes'),
    memory: { before: before[0], peak },
  };
}
