import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryOptions } from '../../src/history/history.options.js';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { MESSAGE_BYTES, NOTE_BYTES } from '../../src/history/sizes.js';
import { toUid } from '../support/engine-node.js';
import { failure } from '../support/failure.js';
import { dataOf, HistoryNode, pageIn } from '../support/history-node.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const servers: RedisServer[] = [];
const nodes: HistoryNode[] = [];
// What an engine logs is right in an application and noise in a test.
beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startRedis(...options: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options);
  servers.push(server);
  return server;
}

async function startNode(
  { url }: RedisServer,
  options: HistoryOptions = {},
  commandTimeout = 3_000,
): Promise<HistoryNode> {
  const node = new HistoryNode(new RedisEngine({ url, commandTimeout }), options);
  nodes.push(node);
  return node.start();
}

const allUp = (): Promise<void> => until('every node is up', () => nodes.every(({ isUp }) => isUp));

async function restart(server: RedisServer): Promise<void> {
  await server.stop();
  await until('no node is up', () => nodes.every(({ isUp }) => !isUp));
  await server.restart();
  await allUp();
}

const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always'];

describe('a history in Redis', () => {
  it('that restarted with its data is the same: streams, cursors, what is settled and due', async () => {
    const redis = await startRedis(...PERSISTENT);
    const [a, b] = [await startNode(redis), await startNode(redis)];
    const { top } = await a.history.open('ann', {});
    const message = a.message('one');
    await a.history.append(['ann'], message, { undeliveredAfter: 1_000 });
    await a.append('ann', 'two', { settle: true });
    await b.append('ann', 'three');
    await a.ack('ben', '@aaaaaaaaaa.1', await a.append('ben', 'x'), 'phone');
    await b.ack('ann', '@aaaaaaaaaa.1', { ...top, offset: 0 });
    const ben = (await a.history.open('ben', {})).top;
    await restart(redis);

    for (const node of [a, b]) {
      const { top: now } = await node.history.open('ann', {});
      expect(now).toEqual({ epoch: top.epoch, offset: 3 });
      expect(dataOf(await node.readAll('ann', top))).toEqual(['one', 'two', 'three']);
    }
    expect(await b.ack('ben', '@aaaaaaaaaa.2', ben, 'phone')).toMatchObject({ previous: 1 });
    const position = { ...top, offset: 3 };
    expect(await b.append('ann', 'four')).toEqual({ ...top, offset: 4 });
    await until('it is undelivered', async () => {
      const [one] = await b.history.claimUndelivered(5);
      return one?.message.id === message.id;
    });
    expect(await a.ack('ann', '@aaaaaaaaaa.1', position)).toMatchObject({
      settled: [{ offset: 2 }],
    });
  });

  it.each<
    [string, (redis: RedisServer) => Promise<unknown>, (redis: RedisServer) => Promise<unknown>]
  >([
    [
      'is full',
      (one) => one.cli('CONFIG', 'SET', 'maxmemory', '1'),
      (one) => one.cli('CONFIG', 'SET', 'maxmemory', '0'),
    ],
    ['cannot save', (one) => one.failToSave(), (one) => one.saveAgain()],
  ])('that %s takes nothing, has what it had, and takes more afterwards', async (_, begin, end) => {
    const redis = await startRedis();
    const node = await startNode(redis);
    const { top } = await node.history.open('ann', {});
    await node.append('ann', 'one');
    await begin(redis);
    const calls = [
      () => node.append('ann', 'lost'),
      () => node.engine.claim('key', 'text', 60_000),
    ];
    for (const call of calls) expect((await failure(call)).code).toBe('UNAVAILABLE');
    await end(redis);
    await allUp();
    expect(await node.append('ann', 'two')).toEqual({ ...top, offset: 2 });
    expect(dataOf(await node.readAll('ann', top))).toEqual(['one', 'two']);
    expect(await node.engine.claim('key', 'text', 60_000)).toBeUndefined();
  });

  it('that restarted empty has other epochs, and says so to whoever asks', async () => {
    const redis = await startRedis();
    const node = await startNode(redis);
    const position = await node.append('ann', 'lost');
    await restart(redis);
    const result = await node.history.read('ann', position, 10);
    expect(result).toMatchObject({ ok: false, reason: 'epoch', top: { offset: 0 } });
    const next = await node.append('ann', 'new');
    expect(next.offset).toBe(1);
    expect(next.epoch).not.toBe(position.epoch);
  });

  it('that was away has nodes told of which uids they may have missed messages', async () => {
    const redis = await startRedis(...PERSISTENT);
    const node = await startNode(redis);
    expect(node.doubts).toEqual([]);
    await restart(redis);
    expect(node.doubts).toHaveLength(1);
    expect(node.doubts[0]('ann')).toBe(true);
  });

  it('that does not answer holds up what is only sent no longer than commandTimeout', async () => {
    const redis = await startRedis();
    const node = await startNode(redis, {}, 300);
    const socket = await node.connect('ann');
    redis.pause();
    const kept = node.append('ann', 'kept').catch((error: unknown) => error);
    const sent = node.send(toUid('ann'), 'sent').catch((error: unknown) => error);
    expect(await socket.next()).toBe('sent');
    expect(await kept).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await sent).toMatchObject({ code: 'UNAVAILABLE' });
    redis.resume();
    await allUp();
    await node.append('ann', 'kept again');
    expect(await socket.next()).toBe('kept again');
  });

  it('counts exactly what it keeps', async () => {
    const redis = await startRedis();
    const limits = { maxLength: 8, maxBytes: 8_000, maxTotalBytes: 40_000, maxNotes: 5 };
    const [a, b] = [await startNode(redis, limits), await startNode(redis, limits)];
    const random = seeded(7);
    for (let i = 0; i < 600; i++) {
      const [node, uid] = [random(2) === 0 ? a : b, `uid ${random(12)}`];
      const position = await node.append(uid, 'x'.repeat(random(900)), {
        settle: random(3) === 0,
        ...(random(3) === 0 && { undeliveredAfter: 1 + random(2) * 100_000 }),
      });
      const { epoch } = position;
      if (random(4) === 0) {
        const offset = Math.max(0, position.offset - random(4));
        await node.ack(uid, '@aaaaaaaaaa.1', { epoch, offset }, `device ${random(3)}`);
      }
      if (random(4) === 0) {
        const note = { uid, epoch, connectionId: '@aaaaaaaaaa.2', from: 1, to: position.offset };
        await node.history.written([{ ...note, isText: random(2) === 0 }]);
      }
      if (random(20) === 0) await node.history.undeliveredDone(await b.history.claimUndelivered(9));
    }
    const found = await countedIn(redis);
    expect(found.counted).toEqual(found.kept);
    expect(found.total).toBeLessThanOrEqual(40_000);
    expect(found.ids).toBe(found.messages);
    expect(found.messages).toBeGreaterThan(10);
  });

  it('leaves nothing behind when nobody comes and nothing is sent for its ttl', async () => {
    const redis = await startRedis();
    const node = await startNode(redis, { ttl: 1_000 });
    for (let i = 0; i < 300; i++) {
      const position = await node.append(`uid ${i}`, i, { settle: true, undeliveredAfter: 1_000 });
      if (i % 3 === 0) await node.ack(`uid ${i}`, '@aaaaaaaaaa.1', position, 'phone');
    }
    await until('there is nothing of it any more', async () => {
      const keys = (await redis.cli('KEYS', 'push:*')).split('\n');
      const ours = /:(stream|known|kept|open|notes|oldest|sizes|ids|due|owed)\b/;
      return !keys.some((key) => ours.test(key));
    });
    expect(await redis.cli('HGET', 'push:totals', 'bytes')).toBe('0');
    expect(await redis.cli('HGET', 'push:totals', 'owed')).toBe('0');
  });

  it('vanishes also if no node is there to take it out', async () => {
    const redis = await startRedis();
    const node = await startNode(redis, { ttl: 1_000 });
    await node.append('ann', 'x', { undeliveredAfter: 900, settle: true });
    await until('it has been swept once', async () => {
      return Number(await redis.cli('PTTL', 'push:totals')) > 0;
    });
    await node.append('ann', 'y', { undeliveredAfter: 900 });
    await nodes.pop()!.stop();
    await until('there is nothing of it any more', async () => {
      const keys = (await redis.cli('KEYS', 'push:*')).split('\n');
      return !keys.some((key) => /:(stream|known|kept|oldest|sizes|ids|due|totals)\b/.test(key));
    });
  });

  it('begins with a stream of its own when only parts of one are left', async () => {
    const redis = await startRedis();
    const node = await startNode(redis);
    const { epoch } = await node.append('ann', 'old', { undeliveredAfter: 60_000 });
    await redis.cli('DEL', 'push:stream:ann');
    const { top, recovery } = await node.history.open('ann', {
      recover: { from: 'unread', limit: 5 },
    });
    expect(top.epoch).not.toBe(epoch);
    expect(pageIn(recovery).messages).toEqual([]);
    expect(await node.append('ann', 'new')).toEqual({ epoch: top.epoch, offset: 1 });
    await redis.cli('DEL', 'push:oldest', 'push:sizes', 'push:totals');
    expect(await node.append('ann', 'newer')).toEqual({ epoch: top.epoch, offset: 2 });
    expect(dataOf(await node.readAll('ann', { epoch: top.epoch, offset: 1 }))).toEqual(['newer']);
  });
});

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** What Redis has counted, and what it keeps, per uid and in all. */
async function countedIn(redis: RedisServer) {
  const list = async (...command: string[]): Promise<string[]> => {
    const answer = JSON.parse(await redis.cli('--json', ...command)) as unknown;
    return Array.isArray(answer)
      ? (answer as string[])
      : Object.entries(answer!).flat().map(String);
  };
  const sizeOf = (entry: string): number => {
    const size = Number(entry.split(' ', 6)[5]);
    const json = entry.slice(entry.indexOf(',"data":') + 8, -1);
    expect(size).toBe(MESSAGE_BYTES + json.length);
    return size;
  };
  const kept: Record<string, number> = {};
  let messages = 0;
  for (const uid of await list('ZRANGE', 'push:oldest', '0', '-1')) {
    const entries = await list('LRANGE', `push:kept:${uid}`, '0', '-1');
    const notes = await list('LRANGE', `push:notes:${uid}`, '0', '-1');
    messages += entries.length;
    kept[uid] = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    for (const note of notes) kept[uid] += NOTE_BYTES + note.split(' ').slice(4).join(' ').length;
  }
  const owed = (await list('HVALS', 'push:owed')).reduce((sum, entry) => sum + sizeOf(entry), 0);
  const flat = await list('HGETALL', 'push:sizes');
  const counted: Record<string, number> = {};
  for (let i = 0; i < flat.length; i += 2) counted[flat[i]] = Number(flat[i + 1]);
  const total = Number(await redis.cli('HGET', 'push:totals', 'bytes'));
  const sum = Object.values(counted).reduce((one, other) => one + other, 0);
  expect(Number(await redis.cli('HGET', 'push:totals', 'owed'))).toBe(owed);
  expect(total).toBe(sum + owed);
  const ids = Number(await redis.cli('ZCARD', 'push:ids'));
  return { kept, counted, total, ids, messages };
}
