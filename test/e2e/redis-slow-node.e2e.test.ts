import { afterEach, beforeEach, expect, it } from 'vitest';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { toUid, type EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const LARGE = 'x'.repeat(65_000);
/** More than Redis keeps for a reader here, and more than the kernel takes of it. */
const MANY = 400;

const redis = useRedis();
const nodes = useNodes(() => ({ url: redis.url, prefix: 'slow', commandTimeout: 20_000 }));
/** Between Redis and a node that may read slowly. */
let proxy: CuttableProxy;
beforeEach(async () => {
  proxy = await CuttableProxy.to(redis.port);
  await redis.cli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 4mb 0 0');
});
afterEach(() => proxy.close());

function count(node: EngineNode, what: string): number {
  return node.engine.health().details[what];
}

it('senders are held back by a node that reads slowly, and nothing is lost', async () => {
  const [sender, slow] = [await nodes.start(), await nodes.start({ url: proxy.url })];
  const ben = await slow.connect('ben');
  const release = proxy.holdAnswers();
  const sent = Array.from({ length: MANY }, (_, i) => sender.send(toUid('ben'), [i, LARGE]));
  await until('most of it waits', () => count(sender, 'waiting') > 20_000_000);
  release();
  expect(new Set(await Promise.all(sent))).toEqual(new Set([1]));
  await ben.inbox.take('the last', ({ data }) => (data as [number])[0] === MANY - 1);
  expect(ben.received.map((data) => (data as [number])[0])).toEqual([...Array(MANY).keys()]);
  expect(count(sender, 'waiting')).toBe(0);
  expect(count(slow, 'interruptions')).toBe(0);
});

it('a node that was cut off because it read too slowly says so, and is there again', async () => {
  const unlimited = { maxUnreadBytes: 1_000_000_000 };
  const [sender, slow] = [await nodes.start(unlimited), await nodes.start({ url: proxy.url })];
  const ben = await slow.connect('ben');
  expect(count(slow, 'cutOff')).toBe(0);
  const release = proxy.holdAnswers();
  await Promise.all(Array.from({ length: MANY }, () => sender.send(toUid('ben'), LARGE)));
  await until('Redis has cut it off', async () => (await sender.send(toUid('ben'), 'lost')) === 0);
  release();
  await until('it has noticed', () => count(slow, 'cutOff') === 1);
  expect(count(slow, 'interruptions')).toBe(1);
  await until('it is there again', () => slow.isUp);
  expect(await sender.send(toUid('ben'), 'found')).toBe(1);
  await ben.inbox.take('what came after it', ({ data }) => data === 'found');
});

it('a node that does not read at all does not hold up what is for others', async () => {
  const sender = await nodes.start({ commandTimeout: 600 });
  const [dead, other] = [await nodes.start({ url: proxy.url }), await nodes.start()];
  await dead.connect('ben');
  const cat = await other.connect('cat');
  const release = proxy.holdAnswers();
  const sent = Array.from({ length: 40 }, () => sender.send(toUid('ben'), LARGE));
  await until('something waits', () => count(sender, 'waiting') > 0);
  for (let i = 0; i < 100; i++) sent.push(sender.send(toUid('cat'), i));
  for (let i = 0; i < 100; i++) expect(await cat.next()).toBe(i);
  await Promise.all(sent);
  release();
});

it('Redis that ends a subscription is no lost Redis', async () => {
  const node = await nodes.start();
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until('it has noticed', () => count(node, 'cutOff') === 1);
  await until('it is there again', () => node.isUp);
  await redis.kill();
  await until('it has noticed that as well', () => count(node, 'interruptions') === 2);
  expect(count(node, 'cutOff')).toBe(1);
});
