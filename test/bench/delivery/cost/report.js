import { describeMachine } from '../../lib/report/machine.js';
import { range, short, table } from '../../lib/report/tables.js';

const METHOD = `\`sendToUid\` of 64 bytes on a node with a hundred clients that get them, 64 under way at a time;
the same node sends plain and retained messages in turn. CPU time of the node's process, and of
Redis', per message; medians with the lowest and the highest.`;

const STORM = `Clients that were there before the messages were sent come back at the same time, 200 handshakes
under way, and recover what they missed. Time from the first handshake to the last message.`;

const MIB = 2 ** 20;

/** @param {import('./measure.js').Found} found @param {string} made */
export function costReport({ plan, costs, storm }, made) {
  /** @param {import('../../lib/report/statistics.js').Spread | undefined} spread */
  const cell = (spread) =>
    spread === undefined ? '–' : `${short(spread.median)} (${range(spread)})`;
  const rows = costs.map(({ store, plain, retained, ratio }) => [
    store,
    cell(plain.node),
    cell(retained.node),
    cell(ratio),
    cell(plain.redis),
    cell(retained.redis),
  ]);
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
    `## ${short(plan.clients)} clients come back for ${plan.missed} messages each`,
    STORM,
    table(
      ['what', 'found'],
      [
        ['seconds', short(storm.ms / 1000)],
        ['commands of Redis, per client', short(storm.commands)],
        ['bytes to and from Redis, per client', short(storm.bytes)],
        ['memory of the node before, MiB', short(storm.memory.before / MIB)],
        ['at its peak, MiB', short(storm.memory.peak / MIB)],
      ],
    ),
    'The targets are 15 seconds, and one round trip to Redis per client for the recovery itself; the rest is what each login costs: its place in the cluster and its channel.',
  ].join('\n\n');
}
