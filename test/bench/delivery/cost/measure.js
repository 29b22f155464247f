import { Child } from '../../lib/processes/child.js';
import { serverFlags } from '../../lib/processes/flags.js';
import { used } from '../../lib/processes/usage.js';
import { spread } from '../../lib/report/statistics.js';

const [SERVER_CORE, LOAD_CORE] = [0, 1];
/** Clients that get the messages, and messages under way at a time. */
const [UIDS, IN_FLIGHT] = [100, 64];
const KINDS = ['plain', 'retained'];

/** @typedef {{ rounds: number, messages: number, clients: number, missed: number }} Plan */
/** @typedef {Awaited<ReturnType<typeof measure>>} Found */

/** @param {string} name */
const program = (name) => new URL(name, import.meta.url);

/** @param {Plan} plan @param {(line: string) => void} log */
export async function measure(plan, log) {
  const costs = [];
  for (const store of ['memory', 'Redis']) {
    log(`what a message costs, kept in ${store}`);
    costs.push({ store, ...(await costOf(store, plan)) });
  }
  log('everyone comes back');
  return { plan, costs, storm: await storm(plan) };
}

/** @param {string} store */
async function start(store) {
  const redis =
    store === 'Redis'
      ? new Child(program('../../cluster/redis-server.js'), { core: LOAD_CORE })
      : undefined;
  const args = redis === undefined ? [] : [await redis.call('url')];
  const flags = serverFlags('module');
  const node = new Child(program('node.js'), { core: SERVER_CORE, flags, args });
  const load = new Child(program('load.js'), { core: LOAD_CORE });
  const port = await node.call('port');
  const stop = () => Promise.all([load, node, redis].map((child) => child?.stop()));
  return { redis, node, load, port, stop };
}

/** In turn, round by round: the machine's speed drifts. @param {string} store @param {Plan} plan */
async function costOf(store, { rounds, messages }) {
  const { redis, node, load, port, stop } = await start(store);
  await load.call('connect', { port, count: UIDS });
  /** @type {Record<string, { node: number[], redis: number[] }>} */
  const found = Object.fromEntries(KINDS.map((kind) => [kind, { node: [], redis: [] }]));
  for (let round = -1; round < rounds; round++) {
    for (const kind of KINDS) {
      const before = await Promise.all([node.call('usage'), redis?.call('usage')]);
      await node.call('send', { kind, count: messages, uids: UIDS, inFlight: IN_FLIGHT });
      const after = await Promise.all([node.call('usage'), redis?.call('usage')]);
      // The first round is that of the compiler.
      if (round < 0) continue;
      found[kind].node.push(used(before[0], after[0]).cpu / messages);
      if (redis !== undefined) found[kind].redis.push(used(before[1], after[1]).cpu / messages);
    }
  }
  await stop();
  const ratios = found.retained.node.map((cpu, i) => cpu / found.plain.node[i]);
  const of = (/** @type {number[]} */ values) => (values.length > 0 ? spread(values) : undefined);
  return {
    plain: { node: of(found.plain.node), redis: of(found.plain.redis) },
    retained: { node: of(found.retained.node), redis: of(found.retained.redis) },
    ratio: spread(ratios),
  };
}

/** @param {Plan} plan */
async function storm({ clients, missed }) {
  const { redis, node, load, port, stop } = await start('Redis');
  await load.call('connect', { port, count: clients });
  await load.call('leave');
  const work = { kind: 'retained', count: clients * missed, uids: clients, inFlight: IN_FLIGHT };
  await node.call('send', work);
  const before = await Promise.all([node.call('memory'), redis?.call('traffic')]);
  let peak = before[0];
  const watching = setInterval(() => {
    void node.call('memory').then((rss) => (peak = Math.max(peak, rss)));
  }, 100);
  const ms = await load.call('storm', { port, missed });
  clearInterval(watching);
  const traffic = await redis?.call('traffic');
  await stop();
  return {
    ms,
    commands: (traffic.commands - before[1].commands) / clients,
    bytes: (traffic.bytes - before[1].bytes) / clients,
    memory: { before: before[0], peak },
  };
}
