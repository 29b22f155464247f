import { fileURLToPath } from 'node:url';
import { loadFlags, serverFlags } from '../flags.js';
import { Child } from '../lib/child.js';

const HEARTBEAT_MS = 20_000;
const FEW = 1_000;
const SENDS = 20_000;

/** Of each measurement; what counts is the middle one. */
const ROUNDS = 5;

/** @typedef {Awaited<ReturnType<typeof measureOnline>>} Found */

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Brings `uids` users online in one process, `sockets` of them over real sockets, and measures
 * what can be done with them.
 *
 * @param {{ uids: number, sockets: number, log: (line: string) => void }} options
 */
export async function measureOnline({ uids, sockets, log }) {
  const server = new Child(path('server.js'), {
    core: 0,
    flags: serverFlags('module'),
    args: [String(HEARTBEAT_MS)],
  });
  const load = new Child(path('../load/main.js'), { core: 1, flags: loadFlags });
  const port = await server.call('port');
  await load.call('target', { port, dialect: 'json', network: 1, distinct: true });
  const share = sockets / uids;

  const connect = async (count) => {
    const real = Math.round(count * share);
    await server.call('createStreams', count - real);
    const streams = await server.call('memory');
    await load.call('connect', real);
    return { streams, cost: await server.call('connectStreams') };
  };
  /** Work after which the real sockets have got so many messages. */
  const received = async (count, work) => {
    await load.call('expect', count);
    const cost = await work();
    await load.call('settled');
    return cost;
  };
  const send = async (count) => {
    const work = { count: SENDS, sockets: Math.round(count * share), share };
    const once = () => received(Math.floor(SENDS * share), () => server.call('send', work));
    await once(); // warms up
    const alone = await middleOf(() => server.call('writeAlone', SENDS));
    return { ...(await middleOf(once)), alone, count: SENDS, uids: count };
  };
  const close = async () => {
    await load.call('disconnect');
    const cost = await server.call('closeStreams');
    return { ...cost, left: await server.call('counts') };
  };

  log(`${FEW} online`);
  await connect(FEW);
  const few = await send(FEW);
  await close();

  log(`${uids} online`);
  const empty = await server.call('memory');
  const { streams, cost } = await connect(uids);
  const connected = await server.call('memory');
  log('sendToUid');
  const many = await send(uids);
  log('broadcast');
  const broadcast = await middleOf(() => received(sockets, () => server.call('broadcast')));
  log('heartbeats');
  const heartbeats = await server.call('heartbeats');
  log('closing');
  const closing = await close();
  const closed = await server.call('memory');
  await Promise.all([server.stop(), load.stop()]);

  const memory = { empty, streams, connected, closed };
  return { uids, sockets, memory, connect: cost, few, many, broadcast, heartbeats, closing };
}

/** The round whose CPU time is the median. */
async function middleOf(measure) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await measure());
  return rounds.sort((a, b) => a.cpu - b.cpu)[ROUNDS >> 1];
}
