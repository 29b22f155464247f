/** A server process with many connections: real ones from the load, and streams of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCommands } from '../lib/processes/commands.js';
import { serverFrame } from '../lib/wire/frames.js';
import { payloadOf } from '../lib/wire/payload.js';
import { randomIntegers } from '../lib/wire/random.js';
import { quantile } from '../lib/report/statistics.js';
import { singleUid } from '../lib/wire/uids.js';
import { settledMemory, usage, used } from '../lib/processes/usage.js';
import { startPushApp } from '../lib/servers/push-app.js';
import { Ledger, LoopbackStream } from './loopback.js';
import { Pauses } from './pauses.js';

const PER_TURN = 64;
const PATIENCE_MS = 60_000;

const heartbeatInterval = Number(process.argv[2]);
const { app, push } = await startPushApp({ heartbeatInterval });
const http = app.getHttpServer();
const data = payloadOf(64);
const random = randomIntegers();
const pauses = new Pauses();

let ledger = new Ledger();
/** @type {LoopbackStream[]} */
let streams = [];
/** What `sendBarely` looks up; filled when it is asked for, so that memory is measured without. */
const byUid = new Map();

/** @param {number} index */
const streamUid = (index) => `s${index}`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param {() => boolean | Promise<boolean>} condition @param {string} what */
async function until(condition, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about`);
    await sleep(5);
  }
}

/**
 * The cost of some work, with what held the event loop up meanwhile.
 *
 * @param {() => Promise<unknown>} work
 */
async function observed(work) {
  await pauses.take();
  const before = usage();
  await work();
  const after = usage();
  const { cpu } = used(before, after);
  return { cpu, ms: (after.at - before.at) / 1000, ...(await pauses.take()) };
}

answerCommands({
  port: () => http.address().port,
  memory: settledMemory,
  usage,

  async counts() {
    return { connections: await push.countConnections(), uids: await push.countUids() };
  },

  /** The streams alone, so that their own memory can be told from the server's. */
  createStreams(count) {
    ledger = new Ledger();
    streams = Array.from({ length: count }, (_, i) => new LoopbackStream(streamUid(i), ledger));
  },

  connectStreams: () =>
    observed(async () => {
      for (let i = 0; i < streams.length; i++) {
        http.emit('upgrade', streams[i].upgradeRequest(), streams[i], Buffer.alloc(0));
        if (i % PER_TURN === 0) await turn();
      }
      await until(() => ledger.authenticated === streams.length, 'authentication of all streams');
    }),

  /** Sends to random users; of every `1 / share` sends, one goes to a real socket. */
  async send({ count, sockets, share }) {
    const times = new Float64Array(count);
    const before = ledger.messages;
    let toSockets = 0;
    const cost = await observed(async () => {
      for (let i = 0; i < count; i++) {
        const real = Math.floor((i + 1) * share) > toSockets;
        if (real) toSockets++;
        const uid = real ? singleUid(random(sockets)) : streamUid(random(streams.length));
        const began = performance.now();
        await push.sendToUid(uid, data);
        times[i] = (performance.now() - began) * 1000;
        if (i % PER_TURN === 0) await turn();
      }
      await until(() => ledger.messages - before === count - toSockets, 'delivery of all messages');
    });
    const mean = times.reduce((sum, time) => sum + time, 0) / count;
    return { ...cost, mean, p99: quantile(times.sort(), 0.99) };
  },

  /** The least that can send to a uid: it is looked up in a Map, a ready frame is written. */
  sendBarely(count) {
    const frame = serverFrame(JSON.stringify({ event: 'message', data: { id: '', data } }));
    if (byUid.size === 0) streams.forEach((stream, i) => byUid.set(streamUid(i), stream));
    return observed(async () => {
      for (let i = 0; i < count; i++) {
        byUid.get(streamUid(random(streams.length)))?.write(frame);
        if (i % PER_TURN === 0) await turn();
      }
    });
  },

  broadcast: () =>
    observed(async () => {
      const before = ledger.messages;
      await push.broadcast(data);
      await until(() => ledger.messages - before === streams.length, 'delivery of the broadcast');
    }),

  /** Nothing but heartbeats, for as long as it takes that every connection has one. */
  async heartbeats() {
    const before = ledger.pings;
    const cost = await observed(() => sleep(heartbeatInterval));
    return { ...cost, pings: ledger.pings - before };
  },

  closeStreams: () =>
    observed(async () => {
      for (let i = 0; i < streams.length; i++) {
        streams[i].leave();
        if (i % PER_TURN === 0) await turn();
      }
      streams = [];
      byUid.clear();
      await until(async () => (await push.countConnections()) === 0, 'an empty registry');
    }),
});
