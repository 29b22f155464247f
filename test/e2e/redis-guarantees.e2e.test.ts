import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { connectJson, type JsonClient } from '../support/client.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useApp, type TestApp } from '../support/use-app.js';
import { useExamples } from '../support/use-example.js';

// Cells of the table in README.md that no other test shows.

const RETAIN = { retain: true } as const;
const TIMEOUT = 300;
const ACKED = { receipt: 'acked', timeout: TIMEOUT } as const;

const startExample = useExamples();
const sender = useApp();
const other = useApp();
let redis: RedisServer;

beforeEach(async () => {
  redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
  onTestFinished(() => redis.close());
  await start(sender, redis.url);
});

function start(app: TestApp, url: string): Promise<void> {
  const engine = new RedisEngine({ url, leaseTime: 1_500, commandTimeout: 500 });
  return app.start({ push: { engine, history: { checkInterval: 200 } } });
}

async function ada(url: string): Promise<JsonClient> {
  const client = await connectJson(url);
  await client.login({ uid: 'ada', device: 'phone' });
  await until('everyone knows', () => sender.push.isOnline('ada'));
  return client;
}

const isUp = ({ push }: TestApp) => push.health().status === 'up';
const receiptOf = ({ connectionId }: JsonClient, state: string) => ({
  receipts: [{ connectionId, device: 'phone', state }],
});

describe('a node that is paused', () => {
  it('delivers what was sent meanwhile when it goes on; receipts do not wait for it', async () => {
    const example = await startExample({ REDIS_URL: redis.url });
    const client = await ada(example.url);
    example.process.kill('SIGSTOP');
    try {
      await sender.push.sendToUid('ada', 'plain');
      expect(await sender.push.sendToUid('ada', 'kept', ACKED)).toMatchObject({
        nodes: 1,
        receipts: [],
      });
    } finally {
      example.process.kill('SIGCONT');
    }
    expect(await client.nextData()).toBe('plain');
    expect(await client.nextRetained()).toEqual([1, 'kept']);
  });
});

describe('a node that is cut off from Redis for longer than its lease', () => {
  it('delivers what was kept meanwhile, once, and nothing that was only sent', async () => {
    const cable = await CuttableProxy.to(redis.port);
    onTestFinished(() => cable.close());
    await start(other, cable.url);
    const client = await ada(other.url);
    cable.cut();
    await until('it is gone for the others', async () => !(await sender.push.isOnline('ada')));
    // Redis may hold its subscriptions for longer, for which nobody reads any more.
    await sender.push.sendToUid('ada', 'plain');
    await sender.push.sendToUid('ada', 'kept', RETAIN);
    cable.mend();
    expect(await client.nextRetained()).toEqual([1, 'kept']);
    await until('it is back', () => isUp(other));
    await sender.push.sendToUid('ada', 'after', RETAIN);
    expect(await client.nextRetained()).toEqual([2, 'after']);
    expect(await client.settle()).toEqual([]);
  });
});

describe('a send that waits for a receipt answers what is known at its timeout', () => {
  it('when the node that holds the client is killed', async () => {
    const example = await startExample({ REDIS_URL: redis.url });
    const client = await ada(example.url);
    const sending = sender.push.sendToUid('ada', 'x', { ...ACKED, timeout: 2_000 });
    await client.nextRetained();
    await until('it is noted', async () => {
      const { messages } = await sender.push.messages('ada');
      return messages[0]?.state === 'written';
    });
    example.process.kill('SIGKILL');
    expect(await sending).toMatchObject(receiptOf(client, 'written'));
  });

  it('when Redis restarts with its data meanwhile', async () => {
    await start(other, redis.url);
    const client = await ada(other.url);
    const sending = sender.push.sendToUid('ada', 'x', { ...ACKED, timeout: 2_000 });
    await client.nextRetained();
    await redis.stop();
    await redis.restart();
    expect(await sending).toMatchObject(receiptOf(client, 'written'));
    await until('both are back', () => isUp(sender) && isUp(other));
    expect(await client.exchange('ack', { offset: 1 })).toMatchObject({ data: { offset: 1 } });
  });

  it('when the cable to the client is cut: it was handed to the socket', async () => {
    const cable = await CuttableProxy.to(Number(new URL(sender.url).port));
    onTestFinished(() => cable.close());
    const client = await ada(cable.urlFor('ws:'));
    cable.cut();
    expect(await sender.push.sendToUid('ada', 'x', ACKED)).toMatchObject(
      receiptOf(client, 'written'),
    );
  });
});

it('a repeat of a send whose node has gone is not sent again, and answers what the first one did', async () => {
  const key = { idempotencyKey: 'order 7', retain: true } as const;
  await start(other, redis.url);
  const first = await other.push.sendToUid('ada', 'x', key);
  await other.close();
  expect(await sender.push.sendToUid('ada', 'x', key)).toEqual({ ...first, repeated: true });
  expect((await sender.push.messages('ada')).messages).toHaveLength(1);
});
