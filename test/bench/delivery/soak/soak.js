import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConnectionRegistryService, PushModule } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';
import { Balancer } from './balancer.js';
import { Device } from './device.js';
import { LIMITS } from './limits.js';
import { startNode, startRedis } from './programs.js';

const KILL_EVERY_MS = 20_000;
/** In which everything that is still missing must arrive: more than one check of positions. */
const SETTLE_MS = 60_000;

/** @typedef {Awaited<ReturnType<typeof soak>>} Found */

/**
 * @param {{ minutes: number, rate: number, uids: number, nodes: number, log: (line: string) => void }} plan
 */
export async function soak({ minutes, rate, uids, nodes, log }) {
  Logger.overrideLogger(false);
  const redis = await startRedis();
  const cluster = await Promise.all(Array.from({ length: nodes }, () => startNode(redis.url)));
  const balancer = new Balancer();
  balancer.ports = cluster.map(({ port }) => port);
  const url = await balancer.listen();
  const names = Array.from({ length: uids }, (_, i) => `u${i}`);
  const devices = names.flatMap((uid) => [
    new Device(url, uid, 'phone'),
    new Device(url, uid, 'desk'),
  ]);
  await Promise.all(devices.map((device) => device.connect()));
  const sender = await startSender(redis.url);

  const began = performance.now();
  const end = began + minutes * 60_000;
  const trouble = makeTrouble({ redis, cluster, balancer, end, log });
  const sent = await sendSteadily({ push: sender.push, names, rate, end, log });
  const { kills, restarts } = await trouble;

  log('waiting for what is missing');
  const settled = await settle(devices, sent.stored);
  const found = judge(devices, sent, { kills, restarts, minutes, rate, nodes, settled });
  devices.forEach((device) => device.close());
  await sender.close();
  balancer.close();
  await Promise.all(cluster.map(({ program }) => program.end('SIGTERM')));
  await redis.program.end('SIGTERM');
  return found;
}

/** A process without sockets, as a worker has it. @param {string} url */
async function startSender(url) {
  class SenderModule {}
  Module({
    imports: [
      PushModule.forRoot({ gateway: false, engine: new RedisEngine({ url }), history: LIMITS }),
    ],
  })(SenderModule);
  const app = await NestFactory.createApplicationContext(SenderModule, { logger: false });
  return { push: app.get(ConnectionRegistryService), close: () => app.close() };
}

/**
 * Sends to one uid after the other. What failed may have been stored all the same: its fate is
 * open, and it is not sent again.
 *
 * @param {{ push: ConnectionRegistryService, names: string[], rate: number, end: number, log: (line: string) => void }} options
 */
async function sendSteadily({ push, names, rate, end, log }) {
  /** Numbers in the order of their offsets, by uid. @type {Map<string, { n: number, offset: number }[]>} */
  const stored = new Map(names.map((uid) => [uid, []]));
  /** @type {Set<number>} */
  const open = new Set();
  /** @type {Promise<void>[]} */
  const underway = [];
  const began = performance.now();
  let n = 0;
  while (performance.now() < end) {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    while (n < due) {
      const number = n++;
      const uid = names[number % names.length];
      underway.push(
        push.sendToUid(uid, { n: number }, { retain: true }).then(
          ({ offset }) => void stored.get(uid)?.push({ n: number, offset: Number(offset) }),
          () => void open.add(number),
        ),
      );
    }
    await sleep(5);
  }
  await Promise.all(underway);
  for (const list of stored.values()) list.sort((a, b) => a.offset - b.offset);
  log(`${n} messages sent, ${open.size} of them with an unknown outcome`);
  return { count: n, stored, open };
}

/**
 * Kills one node after the other, and starts it again; restarts Redis once, half way.
 *
 * @param {{ redis: Awaited<ReturnType<typeof startRedis>>, cluster: Awaited<ReturnType<typeof startNode>>[], balancer: Balancer, end: number, log: (line: string) => void }} options
 */
async function makeTrouble({ redis, cluster, balancer, end, log }) {
  const half = performance.now() + (end - performance.now()) / 2;
  let [kills, restarts] = [0, 0];
  while (performance.now() + KILL_EVERY_MS < end) {
    await sleep(KILL_EVERY_MS);
    const victim = kills++ % cluster.length;
    log(`node ${victim} is killed`);
    await cluster[victim].program.end('SIGKILL');
    balancer.ports = cluster.filter((_, i) => i !== victim).map(({ port }) => port);
    if (restarts === 0 && performance.now() > half) {
      log('Redis is restarted with its data');
      await redis.program.end('SIGTERM');
      await sleep(1_000);
      await redis.program.start();
      restarts++;
    }
    cluster[victim] = await startNode(redis.url);
    balancer.ports = cluster.map(({ port }) => port);
  }
  return { kills, restarts };
}

/** @param {Device[]} devices @param {Map<string, { n: number }[]>} stored */
async function settle(devices, stored) {
  const began = performance.now();
  const isComplete = () =>
    devices.every(({ uid, received }) => {
      const has = new Set(received);
      return stored.get(uid)?.every(({ n }) => has.has(n));
    });
  while (!isComplete() && performance.now() < began + SETTLE_MS) await sleep(100);
  return Math.round(performance.now() - began);
}

/**
 * @param {Device[]} devices
 * @param {{ count: number, stored: Map<string, { n: number, offset: number }[]>, open: Set<number> }} sent
 * @param {{ kills: number, restarts: number, minutes: number, rate: number, nodes: number, settled: number }} run
 */
function judge(devices, { count, stored, open }, run) {
  /** @type {string[]} */
  const lost = [];
  /** @type {string[]} */
  const disordered = [];
  let doubles = 0;
  for (const { uid, name, received } of devices) {
    const device = `${uid}/${name}`;
    const seen = new Set(received);
    doubles += received.length - seen.size;
    const expected = (stored.get(uid) ?? []).map(({ n }) => n);
    for (const n of expected) if (!seen.has(n)) lost.push(`${device} ${n}`);
    const known = new Set(expected);
    const order = received.filter((n) => known.has(n));
    if (order.some((n, i) => n !== expected[i])) disordered.push(device);
  }
  const sum = (/** @type {(device: Device) => number} */ of) =>
    devices.reduce((total, device) => total + of(device), 0);
  return {
    ...run,
    count,
    unknown: open.size,
    devices: devices.length,
    lost,
    disordered,
    doubles,
    recoveries: sum(({ recoveries }) => recoveries),
    unrecovered: sum(({ unrecovered }) => unrecovered),
  };
}
