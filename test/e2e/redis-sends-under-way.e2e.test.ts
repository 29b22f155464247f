import { afterEach, beforeEach, expect, it } from 'vitest';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { RedisEngine } from '../../src/engine/redis/index.js';
import type { JsonClient, TextClient } from '../support/client.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useRedis } from '../support/use-redis.js';

const MAX = 8;

const handled: unknown[] = [];

@WebSocketGateway()
class NoteGateway {
  @SubscribeMessage('note')
  async note(@MessageBody() body: unknown): Promise<unknown> {
    handled.push(`begin ${String(body)}`);
    // Longer than whatever would not wait for it.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    handled.push(`end ${String(body)}`);
    return body;
  }
}

const redis = useRedis();
let proxy: CuttableProxy;
const engine = (url: string) => new RedisEngine({ url, commandTimeout: 20_000 });
/** Its way to Redis can be held up. */
const near = useApp(() => ({
  push: { engine: engine(proxy.url), maxPendingSends: MAX },
  providers: [NoteGateway],
}));
const far = useApp(() => ({ push: { engine: engine(redis.url) } }));
let ann: JsonClient;
let ben: TextClient;
beforeEach(async () => {
  handled.length = 0;
  proxy = await CuttableProxy.to(redis.port);
  await Promise.all([near.start(), far.start()]);
  ann = await near.json('ann');
  ben = await far.text('ben');
});
// Before the applications end, which say goodbye to Redis by it.
afterEach(() => proxy.close());

function send(from: number, to: number): void {
  for (let id = from; id <= to; id++) {
    ann.write({ event: 'send', id, data: { to: 'ben', data: `m${id}` } });
  }
}

const sent = (id: number) => ({ event: 'sent', id, data: { nodes: 1 } });

/** Publishes that Redis has got. */
async function published(): Promise<number> {
  const stats = await redis.cli('INFO', 'commandstats');
  return Number(/^cmdstat_publish:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

it('several messages of one client are under way together, at most maxPendingSends', async () => {
  const release = proxy.holdAnswers();
  send(1, 3 * MAX);
  await until('Redis has as many as may be under way', async () => (await published()) === MAX);
  for (let id = 1; id <= MAX; id++) expect(await ben.next()).toBe(`m${id}`);
  expect(await published()).toBe(MAX);
  expect(ann.takeAll()).toEqual([]);
  release();
  for (let id = 1; id <= 3 * MAX; id++) expect(await ann.next()).toMatchObject(sent(id));
  for (let id = MAX + 1; id <= 3 * MAX; id++) expect(await ben.next()).toBe(`m${id}`);
});

it('whatever can be answered at once is answered after what is under way', async () => {
  const release = proxy.holdAnswers();
  send(1, 2);
  ann.write({ event: 'ping', id: 3 });
  ann.write({ event: 'no such event', id: 4 });
  ann.write({ event: 'broadcast', id: 5, data: { data: 'not allowed' } });
  ann.write({ event: 'send', id: 6, data: { to: 'ben' } });
  send(7, 7);
  expect([await ben.next(), await ben.next(), await ben.next()]).toEqual(['m1', 'm2', 'm7']);
  expect(ann.takeAll()).toEqual([]);
  release();
  const answers = await Promise.all(Array.from({ length: 7 }, () => ann.next()));
  expect(answers).toMatchObject([
    sent(1),
    sent(2),
    { event: 'pong', id: 3 },
    { event: 'error', id: 4, data: { code: 'UNKNOWN_EVENT' } },
    { event: 'error', id: 5, data: { code: 'FORBIDDEN' } },
    { event: 'error', id: 6, data: { code: 'VALIDATION_FAILED' } },
    sent(7),
  ]);
});

it('answers that wait for their turn are bounded like what they wait for', async () => {
  const release = proxy.holdAnswers();
  send(1, 1);
  for (let id = 2; id <= MAX; id++) ann.write({ event: 'ping', id });
  send(MAX + 1, MAX + 1);
  expect(await ben.next()).toBe('m1');
  expect(await published()).toBe(1);
  release();
  for (let id = 1; id <= MAX + 1; id++) expect(await ann.next()).toMatchObject({ id });
  expect(await ben.next()).toBe(`m${MAX + 1}`);
});

it("an application's handler runs after all before it are answered, and alone", async () => {
  const release = proxy.holdAnswers();
  send(1, 2);
  ann.write({ event: 'note', id: 3, data: 'one' });
  ann.write({ event: 'note', id: 4, data: 'two' });
  send(5, 5);
  expect([await ben.next(), await ben.next()]).toEqual(['m1', 'm2']);
  expect(handled).toEqual([]);
  release();
  const answers = await Promise.all(Array.from({ length: 5 }, () => ann.next()));
  expect(answers).toMatchObject([
    sent(1),
    sent(2),
    { event: 'note', id: 3, data: 'one' },
    { event: 'note', id: 4, data: 'two' },
    sent(5),
  ]);
  expect(handled).toEqual(['begin one', 'end one', 'begin two', 'end two']);
});

it('a handler that still waits does not run once the server has closed the connection', async () => {
  const release = proxy.holdAnswers();
  send(1, 1);
  ann.write({ event: 'note', id: 2, data: 'too late' });
  expect(await ben.next()).toBe('m1');
  ann.write({ event: 'note', data: 'x'.repeat(65_536) });
  await ann.expectClose();
  release();
  // Handled by the same node after it.
  const next = await near.json('ann');
  await next.exchange('note', 'next');
  expect(handled).toEqual(['begin next', 'end next']);
});

it('messages that are under way when Redis is lost are answered in order, each by an error', async () => {
  proxy.holdAnswers();
  send(1, 3);
  ann.write({ event: 'ping', id: 4 });
  for (let id = 1; id <= 3; id++) expect(await ben.next()).toBe(`m${id}`);
  await redis.kill();
  proxy.close();
  for (let id = 1; id <= 3; id++) {
    expect(await ann.next()).toMatchObject({ event: 'error', id, data: { code: 'UNAVAILABLE' } });
  }
  expect(await ann.next()).toMatchObject({ event: 'pong', id: 4 });
});
