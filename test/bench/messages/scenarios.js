import { BURST } from '../lib/load/operations.js';

/**
 * @typedef {import('./pair.js').Pair} Pair
 * @typedef {import('../lib/scenario.js').Scenario<Pair>} Scenario
 * @typedef {import('../lib/scenario.js').Circumstances} Circumstances
 * @typedef {import('../lib/scenario.js').Sample} Sample
 */

const SMALL = 64;
const IN_FLIGHT = 64;

/** Beside which growth is measured. */
const FEW = 1_000;

/** Messages under way where throughput is asked for. */
const IN_FLIGHT_SATURATED = 512;

/** Messages that the server pushes in one round. */
const PUSHED = 20_000;

/**
 * CPU per operation while a number of them is always under way.
 *
 * @param {{ operation: string, size?: number, inFlight?: number,
 *   per?: (connections: number) => number }} loop
 * @returns {Scenario['run']}
 */
function closedLoop({ operation, size = SMALL, inFlight = IN_FLIGHT, per = () => 1 }) {
  return async (pair, { connections, durationMs }) => {
    await pair.connect(connections);
    await pair.load.call('prepare', { name: operation, size });
    const { result, cpu, serverBusy, loadBusy } = await pair.measured(() =>
      pair.load.call('closedLoop', { inFlight, durationMs }),
    );
    const cost = cpu / (result.operations * per(connections));
    return { metrics: { cpu: cost }, serverBusy, loadBusy };
  };
}

const routed = closedLoop({ operation: 'routed' });

/**
 * What a message costs more with many connections than with few, both within a round.
 *
 * @type {Scenario['run']}
 */
async function growth(pair, { connections, ...circumstances }) {
  /** @param {number} count */
  const costWith = async (count) => {
    await pair.connect(count);
    // Collects what the connections before have left.
    await pair.server.call('memory');
    return routed(pair, { connections: count, ...circumstances });
  };
  const few = await costWith(FEW);
  const { metrics, ...busy } = await costWith(connections);
  return { metrics: { growth: metrics.cpu / few.metrics.cpu }, ...busy };
}

/**
 * CPU per message that code in the server sends.
 *
 * @param {number} burst
 * @returns {Scenario['run']}
 */
function pushed(burst) {
  return async (pair, { connections }) => {
    await pair.connect(connections);
    await pair.load.call('expect', PUSHED);
    const work = { connections, count: PUSHED / burst, burst, size: SMALL };
    const { cpu, serverBusy, loadBusy } = await pair.measured(async () => {
      await pair.server.call('push', work);
      await pair.load.call('settled');
    });
    return { metrics: { cpu: cpu / PUSHED }, serverBusy, loadBusy };
  };
}

/**
 * CPU to accept and authenticate a connection, and what it occupies afterwards.
 *
 * @type {Scenario['run']}
 */
async function connect(pair, { connections }) {
  await pair.disconnect();
  const before = await pair.server.call('memory');
  const { cpu, serverBusy, loadBusy } = await pair.measured(() => pair.connect(connections));
  const after = await pair.server.call('memory');
  /** @param {number} bytes */
  const kib = (bytes) => bytes / 1024 / connections;
  return {
    metrics: {
      cpu: cpu / connections,
      memory: kib(after.js - before.js),
      rss: kib(after.rss - before.rss),
    },
    serverBusy,
    loadBusy,
  };
}

/** @type {Scenario['run']} */
async function latency(pair, { connections, durationMs, rate }) {
  await pair.connect(connections);
  const work = { size: SMALL, rate, durationMs };
  const { result, serverBusy } = await pair.measured(() => pair.load.call('fixedRate', work));
  return { metrics: result.latency, serverBusy, lateness: result.lateness.p999 };
}

/** @type {Scenario['run']} */
async function saturation(pair, { connections, durationMs }) {
  await pair.connect(connections);
  await pair.load.call('prepare', { name: 'routed', size: SMALL });
  const work = { inFlight: IN_FLIGHT_SATURATED, durationMs };
  const { result, serverBusy, loadBusy } = await pair.measured(() =>
    pair.load.call('closedLoop', work),
  );
  return { metrics: { rate: (result.operations / result.ms) * 1000 }, serverBusy, loadBusy };
}

const perMessage = { cpu: 'µs of CPU per message' };

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'connect',
    title: 'Accepting and authenticating a connection, and its memory when idle',
    metrics: {
      cpu: 'µs of CPU per connection',
      memory: 'KiB of heap and external memory per connection',
      rss: 'KiB of resident memory per connection',
    },
    rounds: 3,
    durationMs: 0,
    quick: true,
    // The first few thousand handshakes run in the interpreter.
    warmups: (connections) => Math.max(1, Math.ceil(4_000 / connections)),
    run: connect,
  },
  {
    name: 'routed',
    title: 'A routed message, uid to uid, 64 bytes',
    metrics: perMessage,
    rounds: 9,
    durationMs: 1_000,
    quick: true,
    run: routed,
  },
  {
    name: 'growth',
    title: `The same by its cost with ${FEW.toLocaleString('en')} connections`,
    metrics: { growth: 'times the CPU per message' },
    rounds: 5,
    durationMs: 1_000,
    servers: ['module', 'ws', 'net'],
    beyond: FEW,
    run: growth,
  },
  {
    name: 'routed-1k',
    title: 'A routed message of 1 KiB',
    metrics: perMessage,
    rounds: 5,
    durationMs: 700,
    jsonOnly: true,
    run: closedLoop({ operation: 'routed', size: 1_024 }),
  },
  {
    name: 'routed-16k',
    title: 'A routed message of 16 KiB',
    metrics: perMessage,
    rounds: 5,
    durationMs: 700,
    jsonOnly: true,
    run: closedLoop({ operation: 'routed', size: 16_384 }),
  },
  {
    name: 'devices',
    title: 'A message to a uid with 5 connections',
    metrics: perMessage,
    rounds: 5,
    durationMs: 700,
    jsonOnly: true,
    run: closedLoop({ operation: 'devices' }),
  },
  {
    name: 'broadcast',
    title: 'A broadcast to every connection',
    metrics: { cpu: 'µs of CPU per delivery' },
    rounds: 7,
    durationMs: 1_000,
    quick: true,
    run: closedLoop({ operation: 'broadcast', inFlight: 1, per: (connections) => connections }),
  },
  {
    name: 'burst',
    title: `A burst of ${BURST} messages from one client to one connection`,
    metrics: perMessage,
    rounds: 5,
    durationMs: 700,
    jsonOnly: true,
    run: closedLoop({ operation: 'burst', inFlight: 4, per: () => BURST }),
  },
  {
    name: 'push',
    title: '`sendToUid` from server code',
    metrics: perMessage,
    rounds: 5,
    durationMs: 0,
    quick: true,
    jsonOnly: true,
    run: pushed(1),
  },
  {
    name: 'push-burst',
    title: `A burst of ${BURST} \`sendToUid\` to one connection`,
    metrics: perMessage,
    rounds: 5,
    durationMs: 0,
    jsonOnly: true,
    run: pushed(BURST),
  },
  {
    name: 'saturation',
    title: `Throughput at saturation: routed messages, ${IN_FLIGHT_SATURATED} in flight`,
    metrics: { rate: 'messages per second' },
    rounds: 3,
    durationMs: 1_000,
    run: saturation,
  },
  {
    name: 'latency',
    title: 'Latency of routed messages at a fixed rate',
    metrics: { p50: 'ms, p50', p99: 'ms, p99', p999: 'ms, p99.9' },
    rounds: 5,
    durationMs: 2_500,
    quick: true,
    jsonOnly: true,
    run: latency,
  },
];
