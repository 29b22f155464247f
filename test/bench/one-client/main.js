/** How fast one client sends to a user of another node, also where Redis is far away. */
import { runBench } from '../lib/bench.js';
import { numbers, number } from '../lib/options.js';
import { Child } from '../lib/processes/child.js';
import { serverFlags } from '../lib/processes/flags.js';
import { describeMachine } from '../lib/report/machine.js';
import { spread } from '../lib/report/statistics.js';
import { range, short, table } from '../lib/report/tables.js';

const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** @param {string} name */
const program = (name) => new URL(name, import.meta.url);

/** Messages per second that one client is to send with 2 ms more to each of Redis's answers. */
const TARGET = 10_000;

const REMARKS = `One client sends 64 bytes to a user of another node, with an id, so that each message is
answered; so many are under way at a time. Every answer and every message is checked to come in
the order in which they were sent. The way from Redis to the client's node takes some milliseconds
more, by a process between them. Medians of all rounds, with the lowest and the highest.`;

/** Both nodes and Redis on one core; the clients and what slows Redis down on the other. */
async function start() {
  const redis = new Child(program('../cluster/redis-server.js'), { core: SERVER_CORE });
  const url = await redis.call('url');
  const slow = new Child(program('slow-redis.js'), { core: LOAD_CORE, args: [url] });
  const flags = serverFlags('module');
  const [near, far] = [await slow.call('url'), url].map(
    (args) =>
      new Child(program('../cluster/push-node.js'), { core: SERVER_CORE, flags, args: [args] }),
  );
  const client = new Child(program('client.js'), { core: LOAD_CORE });
  const [from, to] = await Promise.all([near.call('ports'), far.call('ports')]);
  await client.call('connect', { from: from.port, to: to.port });
  return { slow, client, all: [client, near, far, slow, redis] };
}

await runBench({
  script: 'bench:one-client',
  about: 'Shows how fast one client sends to a user of another node; writes ONE-CLIENT.md.',
  options: {
    delays: numbers('milliseconds more to each answer of Redis', [0, 2]),
    flights: numbers('messages of the client under way at a time', [1, 64, 500]),
    rounds: number('rounds of a second', 5),
  },
  deadlineMinutes: 5,

  async run({ delays, flights, rounds }) {
    const { slow, client, all } = await start();
    await client.call('run', { inFlight: 64, durationMs: 3_000 });
    /** @type {Map<string, number[]>} */
    const rates = new Map();
    for (let round = 0; round < rounds; round++) {
      for (const delay of delays) {
        await slow.call('delay', delay);
        for (const inFlight of flights) {
          const rate = await client.call('run', { inFlight, durationMs: 1_000 });
          const name = `${delay} ${inFlight}`;
          rates.set(name, [...(rates.get(name) ?? []), rate]);
        }
      }
    }
    await Promise.all(all.map((child) => child.stop()));
    const rows = delays.map((delay) => [
      `${delay} ms`,
      ...flights.map((inFlight) => {
        const found = spread(/** @type {number[]} */ (rates.get(`${delay} ${inFlight}`)));
        return `${short(found.median)} (${range(found)})`;
      }),
    ]);
    const head = ['added', ...flights.map((inFlight) => `${inFlight} under way`)];
    return {
      file: 'ONE-CLIENT.md',
      text: (made) =>
        [
          '# What one client sends to another node',
          made,
          describeMachine({ redis: 'redis' }),
          'Messages per second:',
          table(head, rows),
          `The goal is ${TARGET.toLocaleString('en')} with 2 ms added.`,
          REMARKS,
        ].join('\n\n'),
      printed: true,
      written: true,
    };
  },
});
