import { serverFlags } from '../lib/processes/flags.js';
import { describeMachine } from '../lib/report/machine.js';
import { short, table } from '../lib/report/tables.js';
import { PACKAGES } from '../cluster/report.js';

/** @param {number} bytes */
const mib = (bytes) => `${short(bytes / 2 ** 20)} MiB`;
/** @param {number} bytes */
const kib = (bytes) => `${short(bytes / 1024)} KiB`;
/** @param {number} ms */
const seconds = (ms) => `${short(ms / 1000)} s`;
/** @param {number} cpu */
const micros = (cpu) => `${short(cpu)} µs of CPU`;
/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
/** @param {number[]} values */
const range = (values) => `${short(Math.min(...values))} to ${short(Math.max(...values))}`;

/**
 * @typedef {import('./measure.js').Found} Found
 * @typedef {Found['memory']['online']} Memory
 */

/**
 * @param {Found} found
 * @param {string} made
 */
export function onlineReport(found, made) {
  const { nodes, each, total, redis } = found;
  return [
    `# ${total.toLocaleString('en')} users online on ${nodes} nodes`,
    made,
    `${describeMachine(PACKAGES)}\n- Redis ${redis} without persistence, on the core of the nodes; the nodes run with \`${serverFlags('module').join(' ')}\``,
    `${nodes} processes with ${each.toLocaleString('en')} real sockets each, every one of them a user of its own; as many processes hold the clients' ends. All nodes and Redis share one core, all clients the other.`,
    '## What was done',
    table(['', 'result', 'cost'], deeds(found)),
    '## A message from each node to a user of another',
    table(
      ['from node', 'to node', '`sendToUid` took', 'arrived after', 'nodes reached'],
      found.sends.map(({ from, to, call, arrival, nodes }) => [
        from + 1,
        to + 1,
        `${short(call)} ms`,
        `${short(arrival)} ms`,
        nodes,
      ]),
    ),
    '## Memory',
    table(['', 'before', 'all online', 'after the broadcast', 'per user'], memoryRows(found)),
    'After full collections; resident unless it says otherwise. The last row is `MemAvailable` of the machine, clients and sockets of the kernel included.',
  ].join('\n\n');
}

/** @param {Found} found */
function deeds({ total, nodes, connect, counted, sends, broadcast, exact, disconnect }) {
  const { result: cost, ms } = connect;
  const reached = sends.every((send) => send.nodes === 1) && broadcast.nodes === nodes;
  return [
    [
      'connecting, authenticating, coming online',
      `${seconds(ms)}, ${short(total / (ms / 1000))} per second`,
      `${micros(cost.nodes / total)} of nodes and ${micros(cost.redis / total)} of Redis per user`,
    ],
    [
      'counting connections, uids and nodes, on every node at once',
      `right on all nodes ${short(counted.after)} ms after the last user was let in`,
      `${short(counted.call)} ms`,
    ],
    [
      '`sendToUid` to another node',
      `arrived after ${range(sends.map(({ arrival }) => arrival))} ms`,
      '',
    ],
    [
      'a broadcast',
      `the last of ${total.toLocaleString('en')} arrived after ${seconds(broadcast.ms)}`,
      `${micros(broadcast.cpu / total)} per delivery`,
    ],
    ['every client has got exactly what was for it', exact ? 'yes' : '**NO**', ''],
    ['receipts name the right number of nodes', reached ? 'yes' : '**NO**', ''],
    [
      'all clients going away',
      `counts are 0 on every node after ${seconds(disconnect.ms)}`,
      `then ${disconnect.keys} keys in Redis, with the nodes still up`,
    ],
  ];
}

/** @param {Found} found */
function memoryRows({ memory, nodes, total }) {
  const { empty, online, afterwards } = memory;
  /** @param {string} label @param {(found: Memory) => number} bytes */
  const row = (label, bytes) => {
    const [before, then, later] = [empty, online, afterwards].map(bytes);
    return [label, mib(before), mib(then), mib(later), kib(Math.abs(then - before) / total)];
  };
  /** @param {{ rss: number }[]} processes */
  const rss = (processes) => sum(processes.map((process) => process.rss));
  return [
    ...Array.from({ length: nodes }, (_, i) => {
      const each = row(`node ${i + 1}`, (found) => found.nodes[i].rss);
      return [...each.slice(0, -1), ''];
    }),
    row('all nodes', (found) => rss(found.nodes)),
    row('all nodes, heap and external memory', (found) => sum(found.nodes.map((node) => node.js))),
    row('Redis', (found) => found.redis.rss),
    row('Redis, used memory', (found) => found.redis.used),
    row('all load processes', (found) => rss(found.loads)),
    row('left on the machine', (found) => found.available),
  ];
}
