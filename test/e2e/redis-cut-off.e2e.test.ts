import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { toUids, type EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const options = () => ({
  url: redis.url,
  prefix: 'outage',
  leaseTime: 1_200,
  commandTimeout: 600,
});
const nodes = useNodes(options);
const onRedis = () => ({ push: { engine: new RedisEngine(options()) } });
const apps = [useApp(onRedis), useApp(onRedis)];
let a: EngineNode;
let b: EngineNode;
beforeEach(async () => {
  a = await nodes.start();
  b = await nodes.start();
});

it('a node that is cut off for longer than its lease is gone for the others, and comes back', async () => {
  const proxy = await CuttableProxy.to(redis.port);
  onTestFinished(() => proxy.close());
  const far = await nodes.start({ url: proxy.url });
  const ann = await far.connect('ann');
  proxy.cut();
  // The others say so, once; the socket itself is still open.
  await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
  expect(await a.engine.counts()).toEqual({ connections: 0, uids: 0, nodes: 2 });
  await until('it has noticed', () => !far.isUp);
  const meanwhile = await far.connect('ben');
  proxy.mend();
  await until('it is back', () => far.isUp);
  await until('everyone is there', async () => (await a.engine.counts()).connections === 2);
  expect(await a.engine.counts()).toEqual({ connections: 2, uids: 2, nodes: 3 });
  expect(await b.send(toUids('ann', 'ben'), 'x')).toBe(1);
  await ann.inbox.take('x', ({ data }) => data === 'x');
  await meanwhile.inbox.take('x', ({ data }) => data === 'x');
  expect(far.presence).toEqual(['+ann', '+ann', '+ben']);
});

it('sockets stay open, talk to each other on their node, and across nodes when it is back', async () => {
  await Promise.all(apps.map((app) => app.start()));
  const [ann, ben] = [await apps[0].json('ann'), await apps[0].text('ben')];
  const cat = await apps[1].text('cat');
  await redis.kill();
  await nodes.allDown();
  ann.write({ event: 'send', id: 1, data: { to: 'ben', data: 'hello' } });
  expect(await ben.next()).toBe('hello');
  const answer = await ann.next();
  expect(answer).toMatchObject({ event: 'error', id: 1, data: { code: 'UNAVAILABLE' } });
  const late = await apps[1].text('late');

  await redis.restart();
  await nodes.allUp();
  // Each link finds back by itself: the one that is to publish may be the last.
  await until('the applications are back', () =>
    apps.every(({ push }) => push.health().status === 'up'),
  );
  await until('late is there', async () => (await a.engine.online(['late', 'cat'])).every(Boolean));
  ben.write('late:good evening');
  ben.write('cat:are you there?');
  expect(await late.next()).toBe('good evening');
  expect(await cat.next()).toBe('are you there?');
  expect([ann, ben, cat, late].every((client) => client.isOpen)).toBe(true);
});
