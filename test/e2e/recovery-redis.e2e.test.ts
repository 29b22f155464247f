import { afterEach, describe, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import type { StreamData } from '../../src/protocol/frames.js';
import type { JsonClient, WelcomeData } from '../support/client.js';
import { connectJson } from '../support/client.js';
import { startExample, type Example } from '../support/example.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useApp, type TestApp } from '../support/use-app.js';

const RETAIN = { retain: true } as const;
const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always'];

const a = useApp();
const b = useApp();
let redis: RedisServer;
let example: Example | undefined;
afterEach(async () => {
  await example?.stop();
  example = undefined;
  await redis.close();
});

async function start(...options: string[]): Promise<void> {
  redis = await RedisServer.start(...options);
  const push = () => ({ engine: new RedisEngine({ url: redis.url }), history: {} });
  await Promise.all([a.start({ push: push() }), b.start({ push: push() })]);
}

const isUp = (app: TestApp): boolean => app.push.health().status === 'up';
const allUp = (): Promise<void> => until('both nodes are up', () => isUp(a) && isUp(b));
const allDown = (): Promise<void> => until('both nodes are down', () => !isUp(a) && !isUp(b));

async function come(url: string, members: object = {}): Promise<[JsonClient, WelcomeData]> {
  const client = await connectJson(url);
  return [client, await client.login({ uid: 'ada', ...members })];
}

describe('recovery', () => {
  it('survives the death of the node that held the client', async () => {
    await start();
    example = await startExample({ REDIS_URL: redis.url });
    const [client, { stream }] = await come(example.url);
    await a.push.sendToUid('ada', 'before', RETAIN);
    const [offset] = await client.nextRetained();
    example.process.kill('SIGKILL');
    await client.expectClose();
    await a.push.sendToUid('ada', 'missed', RETAIN);
    const position = { epoch: stream!.epoch, offset };
    const [again, welcome] = await come(b.url, { recover: position });
    expect(welcome.stream).toEqual({ epoch: stream!.epoch, offset: 2, recovered: true });
    await a.push.sendToUid('ada', 'after', RETAIN);
    expect(await again.nextRetained()).toEqual([2, 'missed']);
    expect(await again.nextRetained()).toEqual([3, 'after']);
  });

  it('survives a restart of Redis with its data, also for those who stayed', async () => {
    await start(...PERSISTENT);
    const [client, { stream }] = await come(b.url);
    await a.push.sendToUid('ada', 'before', RETAIN);
    expect(await client.nextRetained()).toEqual([1, 'before']);
    await redis.stop();
    await allDown();
    await redis.restart();
    await allUp();
    await a.push.sendToUid('ada', 'after', RETAIN);
    expect(await client.nextRetained()).toEqual([2, 'after']);
    const [again, welcome] = await come(a.url, { recover: { ...stream!, offset: 0 } });
    expect(welcome.stream).toEqual({ epoch: stream!.epoch, offset: 2, recovered: true });
    expect(await again.nextRetained()).toEqual([1, 'before']);
    expect(await again.nextRetained()).toEqual([2, 'after']);
  });

  it('is refused when Redis has lost its data, and those who stayed come back to learn it', async () => {
    await start();
    const [client, { stream }] = await come(b.url);
    await a.push.sendToUid('ada', 'before', RETAIN);
    const [offset] = await client.nextRetained();
    await redis.kill();
    await allDown();
    await redis.restart();
    expect(await client.expectClose()).toMatchObject({ code: 4510 });
    const position = { epoch: stream!.epoch, offset };
    const [again, welcome] = await come(a.url, { recover: position });
    expect(welcome.stream).toMatchObject({ offset: 0, recovered: false, reason: 'epoch' });
    expect(welcome.stream!.epoch).not.toBe(stream!.epoch);
    await b.push.sendToUid('ada', 'after', RETAIN);
    expect(await again.nextRetained()).toEqual([1, 'after']);
  });

  it('goes on for those who had got nothing, who are told that the stream is another one', async () => {
    await start();
    const [client, { stream }] = await come(b.url);
    await redis.kill();
    await allDown();
    await redis.restart();
    await allUp();
    await a.push.sendToUid('ada', 'after', RETAIN);
    const { event, data } = await client.next();
    expect([event, data]).toMatchObject([
      'epoch',
      { offset: 0, recovered: false, reason: 'epoch' },
    ]);
    const { epoch } = data as StreamData;
    expect(epoch).not.toBe(stream!.epoch);
    expect(await client.nextRetained()).toEqual([1, 'after']);
    const [, welcome] = await come(a.url, { recover: { epoch, offset: 1 } });
    expect(welcome.stream).toEqual({ epoch, offset: 1, recovered: true });
  });

  it('waits while Redis is away; who does not ask for it is let in', async () => {
    await start(...PERSISTENT);
    const [, { stream }] = await come(b.url);
    await redis.stop();
    await allDown();
    const asking = await connectJson(b.url);
    asking.write({ event: 'auth', data: { uid: 'ada', recover: stream } });
    expect(await asking.next()).toMatchObject({ event: 'error', data: { code: 'INTERNAL' } });
    expect(await asking.expectClose()).toMatchObject({ code: 1011 });
    const [client, welcome] = await come(b.url);
    expect(welcome).not.toHaveProperty('stream');
    expect(await client.exchange('ack', { offset: 0 })).toMatchObject({
      data: { code: 'UNAVAILABLE' },
    });
    const kept = b.push.sendToUid('ada', 'not kept', RETAIN);
    await expect(kept).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await b.push.sendToUid('ada', 'plain').catch(() => undefined);
    expect(await client.nextData()).toBe('plain');
    await redis.restart();
    await allUp();
    await a.push.sendToUid('ada', 'retained', RETAIN);
    expect(await client.nextRetained()).toEqual([1, 'retained']);
  });

  it('is not needed by those whose node lost its subscriptions for a moment', async () => {
    await start();
    const [client] = await come(b.url);
    for (let n = 1; n <= 200; n++) {
      if (n % 50 === 0) await cutOff();
      await a.push.sendToUid('ada', n, RETAIN);
    }
    for (let n = 1; n <= 200; n++) expect(await client.nextRetained()).toEqual([n, n]);
    expect(await client.settle()).toEqual([]);
  });
});

/** Ends the connection by which Redis sends to the node that is subscribed to the most. */
async function cutOff(): Promise<void> {
  await allUp();
  const clients = (await redis.cli('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n');
  const figure = (client: string, name: string) =>
    Number(new RegExp(` ?${name}=(\\d+)`).exec(client)?.[1]);
  clients.sort((one, other) => figure(other, 'sub') - figure(one, 'sub'));
  await redis.cli('CLIENT', 'KILL', 'ID', String(figure(clients[0], 'id')));
}
