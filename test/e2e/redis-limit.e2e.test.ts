import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const LEASE_TIME = 3_000;
const UNSURE = 'CONNECTION_LIMIT_UNSURE';
const limit = { max: 1, beyond: 'refuse' } as const;

const redis = useRedis();
const options = () => ({ url: redis.url, prefix: 'limit', leaseTime: LEASE_TIME });
const nodes = useNodes(options);
const app = useApp(() => ({
  push: { engine: new RedisEngine(options()), maxConnectionsPerUid: 1 },
}));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A node in a process of its own that holds a connection of u0. */
async function startProcess(): Promise<ChildProcess> {
  const args = [redis.url, 'limit', LEASE_TIME, 0, 1].map(String);
  const child = spawn(process.execPath, ['test/support/redis-node.js', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

it('who is refused on account of a node that crashed is told to try again, and gets in', async () => {
  await app.start();
  const child = await startProcess();
  const node = await nodes.start({}, limit);
  expect(await node.tryConnect('u0')).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  // Redis has to hear that the connections have ended.
  const channel = `limit:node:${await nodeOf('u0')}`;
  await until('nobody listens for the node', async () =>
    (await redis.cli('PUBSUB', 'NUMSUB', channel)).endsWith('0'),
  );
  expect((await failure(() => node.tryConnect('u0'))).code).toBe(UNSURE);
  const client = await app.connectJson();
  client.write({ event: 'auth', data: { uid: 'u0' } });
  expect(await client.next()).toMatchObject({ event: 'error', data: { code: UNSURE } });
  expect(await client.expectClose()).toEqual({ code: 4503, reason: UNSURE });
  await until('it is let in', async () => {
    const attempt = await node.tryConnect('u0').catch(() => null);
    return attempt !== null;
  });
});

it('a node whose machine is gone counts no more after two of its beats', async () => {
  const proxy = await CuttableProxy.to(redis.port);
  onTestFinished(() => proxy.close());
  const far = await nodes.start({ url: proxy.url, commandTimeout: 20_000 });
  await far.connect('u0');
  const node = await nodes.start({}, limit);
  proxy.cut();
  expect(await node.tryConnect('u0')).toBeNull();
  await until('it is in doubt', async () => {
    const answer = await node.tryConnect('u0').catch((error: { code: string }) => error.code);
    return answer === UNSURE;
  });
  proxy.mend();
  await until('it is back', async () => (await node.tryConnect('u0').catch(() => 0)) === null);
});

it('the limit is final where living nodes hold as many as there may be', async () => {
  const child = await startProcess();
  const [a, b] = [await nodes.start({}), await nodes.start({}, limit)];
  await a.connect('u0');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await b.tryConnect('u0')).toBeNull();
});

async function nodeOf(uid: string): Promise<string> {
  const connectionId = await redis.cli('ZRANGE', `limit:conns:${uid}`, '0', '0');
  return connectionId.slice(1, 11);
}
