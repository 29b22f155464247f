import { afterEach, expect, it, onTestFinished } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { slotOf } from '../../src/engine/redis/servers/slot.js';
import type { SendOutcome } from '../../src/index.js';
import type { JsonClient, StreamPosition } from '../support/client.js';
import { RedisClusterServers, type RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useApp, type TestApp } from '../support/use-app.js';
import { RecordingHandler } from './undelivered/handed-over.js';

const RETAIN = { retain: true } as const;
const SHARDS = 4;
/** Messages that are under way to each uid while a slot moves. */
const BURST = 10;

const a = useApp();
const b = useApp();
let handler = new RecordingHandler();
afterEach(() => {
  handler = new RecordingHandler();
});

/** Two nodes over a Redis Cluster, which ends with the test. */
async function start(masters: number, replicasEach: number): Promise<RedisClusterServers> {
  const servers = await RedisClusterServers.start(masters, replicasEach);
  onTestFinished(() => servers.close());
  const cluster = { nodes: servers.addresses };
  const limits = { leaseTime: 2_000, commandTimeout: 1_000 };
  const push = () => ({
    engine: new RedisEngine({ cluster, prefix: 'kept', shards: SHARDS, ...limits }),
    history: { checkInterval: 200, undeliveredInterval: 20, undeliveredHandler: handler },
  });
  await Promise.all([a.start({ push: push() }), b.start({ push: push() })]);
  return servers;
}

/** A user of each shard. */
const users = Array.from({ length: SHARDS }, (_, shard) => {
  for (let i = 0; ; i++) if (slotOf(`u${i}`) % SHARDS === shard) return `u${i}`;
});

const isUp = ({ push }: TestApp) => push.health().status === 'up';
const allUp = () => until('both nodes are up', () => isUp(a) && isUp(b));

/** Numbers to everyone, until the work is done: what is known to be kept, by uid and offset. */
async function sendingDuring(work: Promise<void>): Promise<Map<string, unknown>> {
  const kept = new Map<string, unknown>();
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) {
    const burst = users.flatMap((uid) =>
      Array.from({ length: BURST }, async () => {
        const number = ++numbers;
        // What failed may be kept as well, or not.
        const sent = await a.push.sendToUid(uid, number, RETAIN).catch(() => undefined);
        if (sent !== undefined) kept.set(`${uid} ${sent.offset}`, number);
      }),
    );
    await Promise.all(burst);
  }
  await done;
  return kept;
}
let numbers = 0;

/** What the client got of retained messages, by uid and offset, in the order of these. */
function gotBy(uid: string, client: JsonClient): [string, unknown][] {
  return client.received
    .filter(({ event }) => event === 'message')
    .map(({ data }) => data as { offset: number; data: unknown })
    .map(({ offset, data }) => [`${uid} ${offset}`, data]);
}

/** The slot of the first shard, where it is, and where it may go. */
async function places(servers: RedisClusterServers) {
  const slot = await servers.slotOf('kept:{0}:nodes');
  const [one, other] = servers.masters;
  const [from, to] = slot < 8_192 ? [one, other] : [other, one];
  return { slot, from, to };
}

/** Waits until the first master's replica has got all that the master has by now. */
async function isReplicated({ masters, replicas }: RedisClusterServers): Promise<void> {
  const end = await masters[0].info('replication', 'master_repl_offset');
  await until('the replica has it', async () => {
    return (await replicas[0].info('replication', 'slave_repl_offset')) >= end;
  });
}

/** What may fail while the cluster changes, until it does not. */
async function persist<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await until(what, async () => {
    result = await attempt().catch(() => undefined);
    return result !== undefined;
  });
  return result!;
}

/** Cursor, settling, idempotency and what is undelivered of the uid, over both nodes. */
async function expectDelivery(uid: string, name: string): Promise<void> {
  const phone = await persist('the phone is in', () => a.json({ uid, device: 'phone' }));
  const desk = await persist('the desk is in', () => b.json({ uid, device: 'desk' }));
  const key = { idempotencyKey: `${name} ${uid}`, settle: 'first-ack' } as const;
  const first = await persist<SendOutcome>('it is sent', () => b.push.sendToUid(uid, name, key));
  const offset = first.offset!;
  expect(await a.push.sendToUid(uid, name, key)).toEqual({ ...first, repeated: true });
  expect(await phone.nextRetained()).toEqual([offset, name]);
  expect(await phone.exchange('ack', { offset })).toMatchObject({ event: 'acked' });
  expect(await desk.nextRetained()).toEqual([offset, name]);
  expect(await desk.nextEvent('settled')).toMatchObject({ offset });
  expect(await desk.exchange('ack', { offset })).toMatchObject({ data: { code: 'CONFLICT' } });
  await a.push.sendToUid(uid, `${name}, later`, { undeliveredAfter: 1 });
  expect(await handler.next(`${name}, later`)).toMatchObject({ uid, offset: offset + 1 });
  await Promise.all([phone.terminate(), desk.terminate()]);
  const again = await a.connectJson();
  const { stream } = await again.login({ uid, device: 'phone', recover: 'unread' });
  expect(stream).toMatchObject({ offset: offset + 1, recovered: true });
  expect(await again.nextRetained()).toEqual([offset + 1, `${name}, later`]);
  await again.terminate();
}

it('retained messages all arrive, once and in order, while a slot moves, and what is kept moves along', async () => {
  const servers = await start(2, 0);
  const { slot, from, to } = await places(servers);
  const clients = new Map<string, JsonClient>();
  for (const uid of users) clients.set(uid, await b.json({ uid, device: 'watch' }));
  const move = (source: RedisServer, target: RedisServer) =>
    sendingDuring(servers.moveSlot(slot, source, target));
  const kept = new Map([...(await move(from, to)), ...(await move(to, from))]);
  await allUp();
  for (const [uid, client] of clients) {
    const { offset: top } = await persist('it is told', () => a.push.messages(uid));
    await until(`${uid} has everything`, () => gotBy(uid, client).length >= top);
    const got = gotBy(uid, client);
    expect(got.map(([place]) => place)).toEqual(got.map((_, i) => `${uid} ${i + 1}`));
    for (const [place, data] of got) if (kept.has(place)) expect(data).toBe(kept.get(place));
    await client.terminate();
  }
  for (const uid of users) await expectDelivery(uid, 'after the move');
  expect(handler.data).toHaveLength(users.length);
}, 60_000);

it('what a master had given to its replica outlives it, and clients recover', async () => {
  const servers = await start(3, 1);
  const positions = new Map<string, StreamPosition>();
  for (const uid of users) {
    const client = await b.connectJson();
    const { stream } = await client.login(uid);
    const { epoch } = await a.push.sendToUid(uid, 'seen', RETAIN);
    expect(await client.nextRetained()).toEqual([1, 'seen']);
    await client.terminate();
    await a.push.sendToUid(uid, 'missed', RETAIN);
    positions.set(uid, { epoch: stream!.epoch, offset: 1 });
    expect(epoch).toBe(stream!.epoch);
  }
  await isReplicated(servers);
  await servers.masters[0].kill();
  await until('it is noticed', () => !isUp(a) && !isUp(b));
  await allUp();
  for (const [uid, recover] of positions) {
    const client = await a.connectJson();
    const { stream } = await client.login({ uid, recover });
    expect(stream).toEqual({ epoch: recover.epoch, offset: 2, recovered: true });
    expect(await client.nextRetained()).toEqual([2, 'missed']);
    await client.terminate();
    await expectDelivery(uid, 'after the failover');
  }
}, 60_000);
