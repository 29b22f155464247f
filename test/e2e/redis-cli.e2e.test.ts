import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { startApp } from '../support/app.js';
import { RedisClusterServers } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useSharedApp } from '../support/use-app.js';
import { useNodes, useSharedRedis } from '../support/use-redis.js';

const nodes = useNodes();

describe('with plain Redis commands, as REDIS.md says,', () => {
  const redis = useSharedRedis();
  const onRedis = () => ({
    push: { engine: new RedisEngine({ url: redis.url }), maxMessageBytes: 1_000 },
  });
  const [one, two] = [useSharedApp(onRedis), useSharedApp(onRedis)];

  it('anyone reaches a uid on every node, and is told how many nodes that are', async () => {
    const json = await one.json('ann');
    const text = await two.text('ann');
    const message = JSON.stringify({ id: 'order-7', from: 'shop', data: { shipped: true } });
    expect(await redis.cli('PUBLISH', 'push:uid:ann', message)).toBe('2');
    expect(await json.next()).toEqual({
      event: 'message',
      data: { id: 'order-7', from: 'shop', data: { shipped: true } },
    });
    expect(await text.next()).toBe('{"shipped":true}');
    expect(await redis.cli('PUBLISH', 'push:uid:nobody', message)).toBe('0');
  });

  it('anyone reaches a group and everyone, with all but the data left out', async () => {
    const json = await one.json('ben');
    await two.push.joinGroup('ben', 'staff');
    expect(await redis.cli('PUBLISH', 'push:group:staff', '{"data":"to staff"}')).toBe('1');
    expect(await redis.cli('PUBLISH', 'push:all', '{"data":"to all","except":["cat"]}')).toBe('1');
    const frames = [await json.next(), await json.next()];
    expect(frames.map((frame) => (frame.data as { data: unknown }).data)).toEqual([
      'to staff',
      'to all',
    ]);
    const ids = frames.map((frame) => (frame.data as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
  });

  it('what comes without an id gets one that no other message has', async () => {
    const json = await one.json('ida');
    const idOf = (frame: Awaited<ReturnType<typeof json.next>>): unknown =>
      (frame.data as { id: unknown }).id;
    const ids = new Set<unknown>();
    // Enough for each number of up to two digits, whatever it begins with.
    for (let i = 0; i < 1_300; i++) ids.add((await one.push.sendToUid('ida', i)).id);
    for (let i = 0; i < 1_300; i++) await json.next();
    for (let i = 0; i < 30; i++) await redis.cli('PUBLISH', 'push:uid:ida', '{"data":0}');
    for (let i = 0; i < 30; i++) ids.add(idOf(await json.next()));
    expect(ids.size).toBe(1_330);
  });

  it('anyone asks who is online, and disconnects a uid', async () => {
    const json = await one.json('dan');
    // The step as of which dan is online, and nothing for who is not.
    expect(await redis.cli('ZMSCORE', 'push:uids', 'dan', 'nobody')).toMatch(/^\d+$/);
    const order = '{"do":"close","code":4403,"reason":"banned"}';
    expect(await redis.cli('PUBLISH', 'push:uid:dan', order)).toBe('1');
    expect(await json.expectClose()).toEqual({ code: 4403, reason: 'banned' });
  });

  it('what is malformed is counted and skipped, and what comes after it arrives', async () => {
    const json = await one.json('eve');
    const broken = [
      'hello',
      '{"data":',
      '[]',
      'null',
      '{}',
      '{"v":2,"data":1}',
      '{"id":"a\\"b","data":1}',
      '{"from":1,"data":1}',
      '{"except":"ann","data":1}',
      '{"do":"explode"}',
      '{"do":"close","code":99999}',
      '{"do":"join"}',
      '{"v":1,"o":"x"',
      '{"v":1,"o":"x","id":1,"data":1}',
      '{"v":1,"o":"abcdefghij","id":"1","data":garbage}',
      '{"v":1,"o":"abcdefghij","id":"1","data":1},"event":"forged","x":{"y":1}}',
      `{"data":${'['.repeat(100_000)}`,
    ];
    const malformed = (): number => one.push.health().details.malformed;
    const before = malformed();
    for (const text of broken) await redis.cli('PUBLISH', 'push:uid:eve', text);
    await redis.cli('PUBLISH', 'push:uid:eve', '{"data":"fine"}');
    expect(await json.nextData()).toBe('fine');
    expect(malformed() - before).toBe(broken.length);
  });

  it('what is larger than a message may be is counted and skipped', async () => {
    const json = await one.json('gus');
    const { oversized: before, malformed } = one.push.health().details;
    const dataOf = (count: number): string => JSON.stringify({ data: 'é'.repeat(count) });
    await redis.cli('PUBLISH', 'push:uid:gus', dataOf(500));
    await redis.cli('PUBLISH', 'push:uid:gus', dataOf(499));
    expect(await json.nextData()).toBe('é'.repeat(499));
    expect(one.push.health().details).toMatchObject({ oversized: before + 1, malformed });
  });

  it('a worker without sockets pushes to all nodes', async () => {
    const worker = await startApp({
      push: {
        gateway: false,
        authenticator: undefined,
        engine: new RedisEngine({ url: redis.url }),
      },
    });
    const json = await one.json('fay');
    expect((await worker.push.sendToUid('fay', 'from the worker')).nodes).toBe(1);
    expect(await json.nextData()).toBe('from the worker');
    expect(await worker.push.isOnline('fay')).toBe(true);
    await worker.close();
  });
});

it('in a Redis Cluster, the shard is the slot of the uid modulo their number', async () => {
  const servers = await RedisClusterServers.start(3);
  onTestFinished(() => servers.close());
  const node = await nodes.start({ cluster: { nodes: servers.addresses } });
  const [first] = servers.masters;
  for (const uid of ['ann', 'bénédicte', '{x}y']) {
    const socket = await node.connect(uid);
    const shard = Number(await first.cli('CLUSTER', 'KEYSLOT', uid)) % 64;
    const channel = `push:{${shard}}:uid:${uid}`;
    expect(await first.cli('-c', 'SPUBLISH', channel, '{"data":"hi"}')).toMatch(/1$/);
    expect(await socket.next()).toBe('hi');
  }
  await until('all is told', () => node.presence.length === 3);
});
