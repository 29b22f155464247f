import { serverFlags } from '../lib/processes/flags.js';
import { describeMachine } from '../lib/report/machine.js';
import { range, short, table } from '../lib/report/tables.js';
import { SENDS } from './population.js';

/** KiB of heap and external memory that a connection may take above its stream. */
const MEMORY_LIMIT = 6;

/** How much `sendToUid` may cost more with a hundred times the users. */
const GROWTH_LIMIT = 1.3;

/** @param {number} value @param {number} limit */
const judged = (value, limit) =>
  `${short(value)} (target ≤ ${limit}: ${value <= limit ? 'met' : '**not met**'})`;
/** @param {import('./pauses.js').Taken} pauses */
const pausesOf = ({ gc, longestStall }) =>
  `GC ${gc.count} times, ${short(gc.total)} ms in all, longest ${short(gc.longest)} ms; longest stall ${short(longestStall)} ms`;

const REMARKS = `A process may open fewer files than that, so most connections are in-process streams handed to
the server's \`upgrade\`; both ends of them are in the measured CPU time and pauses.

\`sendToUid\` is measured in two processes in turn, one with few users and one with many, and its
growth is the median of the ratios of each round. What grows is the time to fetch memory: a send
touches the entry of the uid, its connection, its socket and the stream below, and with so many
users none of them is in a cache. The least that can send to a uid, a lookup in a Map and a write
to the stream, is measured beside it: whatever it adds no registry can do without.`;

/** @param {import('./measure.js').Found} found @param {string} made */
export function onlineReport(found, made) {
  return [
    `# ${found.uids.toLocaleString('en')} users online in one process`,
    made,
    `${describeMachine()}\n- the server runs with \`${serverFlags('module').join(' ')}\``,
    onlineTable(found),
    REMARKS,
  ].join('\n\n');
}

/** @param {import('./measure.js').Found} found */
function onlineTable({
  uids,
  few,
  sockets,
  memory,
  connect,
  sends: { module, barely },
  broadcast,
  heartbeats,
  closing,
}) {
  /** @param {number} bytes */
  const kib = (bytes) => bytes / 1024 / uids;
  const streams = uids - sockets;
  const aboveStreams = kib(memory.connected.js - memory.streams.js);
  const rows = [
    ['connections', `${uids}: ${sockets} sockets, ${streams} in-process streams`, ''],
    [
      'heap and external memory per connection, above the stream',
      `${judged(aboveStreams, MEMORY_LIMIT)} KiB`,
      '',
    ],
    [
      'the stream itself',
      `${short((memory.streams.js - memory.empty.js) / 1024 / streams)} KiB`,
      '',
    ],
    [
      'resident memory per connection, streams included',
      `${short(kib(memory.connected.rss - memory.empty.rss))} KiB`,
      '',
    ],
    [
      'accepting and authenticating, per stream',
      `${short(connect.cpu / streams)} µs of CPU`,
      pausesOf(connect),
    ],
    [`\`sendToUid\` with ${few} online`, sendCost(module.few), pausesOf(module.few)],
    [`\`sendToUid\` with ${uids} online`, sendCost(module.many), pausesOf(module.many)],
    [
      'growth of its CPU',
      `${judged(module.growth.median, GROWTH_LIMIT)}, ${range(module.growth)}`,
      '',
    ],
    [
      'the same of a bare Map lookup and the write to a stream',
      `${short(perSend(barely.few))} and ${short(perSend(barely.many))} µs of CPU, growth ${short(barely.growth.median)}, ${range(barely.growth)}`,
      '',
    ],
    [
      'broadcast to all',
      `${short(broadcast.ms)} ms, ${short(broadcast.cpu / uids)} µs of CPU per delivery`,
      pausesOf(broadcast),
    ],
    [
      'a heartbeat round',
      `${short(heartbeats.cpu / 1000)} ms of CPU within ${short(heartbeats.ms / 1000)} s, ${heartbeats.pings} pings to streams`,
      pausesOf(heartbeats),
    ],
    [
      'closing all',
      `${short(closing.ms)} ms, then ${closing.left.connections} connections and ${closing.left.uids} uids in the registry`,
      pausesOf(closing),
    ],
    [
      'heap and external memory before, and after all were closed',
      `${short(memory.empty.js / 2 ** 20)} MiB, ${short(memory.closed.js / 2 ** 20)} MiB`,
      '',
    ],
  ];
  return table(['', 'measured', 'pauses'], rows);
}

/** @param {{ cpu: number }} cost */
const perSend = ({ cpu }) => cpu / SENDS;
/** @param {{ cpu: number, mean: number, p99: number }} cost */
const sendCost = ({ cpu, mean, p99 }) =>
  `${short(perSend({ cpu }))} µs of CPU per message; the call: mean ${short(mean)} µs, p99 ${short(p99)} µs`;
