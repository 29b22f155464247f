import { describeMachine } from '../../lib/report/machine.js';
import { range, short, table } from '../../lib/report/tables.js';

const METHOD = `\`sendToUid\` of 64 bytes on a node with a hundred clients that get them, 64 under way at a time;
the same node sends plain and retained messages in turn. CPU time of the node's process, and of
Redis', per message; medians with the lowest and the highest.`;

const STORM = `Clients come back at the same time, 200 handshakes under way: first without anything to recover, then,
when messages were sent meanwhile, with their positions. Time from the first handshake to the last message.`;

const MIB = 2 ** 20;

const CENTRIFUGO = `Centrifugo keeps and recovers messages as well, and has published what that costs it; on other
machines, so only ratios compare.

- With history and recovery on, one million connections and 500,000 deliveries a second took 64% of a CPU on each
  of five Redis servers instead of 32%: twice as much. The nodes took "pretty the same": 40 CPU for 500,000
  deliveries a second, 80 µs each, with the connects and pings of that time
  ([Million connections with Centrifugo](https://centrifugal.dev/blog/2020/02/10/million-connections-with-centrifugo), 2020).
- On an M1, 128 at a time, a publication took 0.47 µs, one with history 9.67 µs, and a recovery 5.85 µs, of the
  broker alone and by the clock
  ([Improving Centrifugo Redis Engine throughput](https://centrifugal.dev/blog/2022/12/20/improving-redis-engine-performance), 2022).`;

/** @param {import('./measure.js').Found} found @param {string} made */
export function costReport({ plan, costs, storm }, made) {
  /** @param {import('../../lib/report/statistics.js').Spread | undefined} spread */
  const cell = (spread) =>
    spread === undefined ? '–' : `${short(spread.median)} (${range(spread)})`;
  const against = costs.flatMap(({ store, plain, before, change }) =>
    change === undefined ? [] : [[store, cell(before.node), cell(plain.node), cell(change)]],
  );
  const rows = costs.map(({ store, plain, retained, ratio }) => [
    store,
    cell(plain.node),
    cell(retained.node),
    cell(ratio),
    cell(plain.redis),
    cell(retained.redis),
  ]);
  /** @param {string} name @param {(found: typeof storm.plain) => number} figure */
  const row = (name, figure) => [
    name,
    ...[storm.plain, storm.recovering].map((one) => short(figure(one))),
  ];
  const head = [
    'store',
    'plain, node µs',
    'retained, node µs',
    'ratio',
    'plain, Redis µs',
    'retained, Redis µs',
  ];
  return [
    '# What delivery costs',
    made,
    describeMachine({ redis: 'redis' }),
    '## A retained message',
    METHOD,
    table(head, rows),
    'The target is a ratio of 2.5 over Redis.',
    ...(against.length === 0
      ? []
      : [
          '## A plain send, beside another build',
          'The other build keeps nothing; this one could, and is not asked to. In the same rounds.',
          table(['store', 'the other, node µs', 'this one, node µs', 'ratio'], against),
        ]),
    `## ${short(plan.clients)} clients come back for ${plan.missed} messages each`,
    STORM,
    table(
      ['what', 'who come back for nothing', 'who recover'],
      [
        row('seconds', ({ ms }) => ms / 1000),
        row('scripts that Redis was asked to run, per client', ({ scripts }) => scripts),
        row('commands of Redis, those in scripts included, per client', ({ commands }) => commands),
        row('bytes to and from Redis, per client', ({ bytes }) => bytes),
        row('memory of the node before, MiB', ({ memory }) => memory.before / MIB),
        row('at its peak, MiB', ({ memory }) => memory.peak / MIB),
      ],
    ),
    'The targets are 15 seconds, and one round trip to Redis per client for the recovery: where a client comes back for nothing, the same script tells it where its stream ends. The other scripts place connections, and note what was written, many at once.',
    '## Centrifugo',
    CENTRIFUGO,
  ].join('\n\n');
}
