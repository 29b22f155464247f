import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import type { EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const nodes = useNodes(() => ({
  url: redis.url,
  prefix: 'watching',
  leaseTime: 1_200,
  commandTimeout: 600,
}));
let a: EngineNode;
let b: EngineNode;
beforeEach(async () => {
  a = await nodes.start();
  b = await nodes.start();
});
const proxies: CuttableProxy[] = [];
afterEach(() => {
  redis.resume();
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** Waits until this is all that the node was told. */
const sees = (node: EngineNode, ...expected: string[]): Promise<void> =>
  until(`it sees ${expected.join(' ')}`, () => node.sight.join() === expected.join());

/** Channels on which somebody listens to hear of presence. */
const channels = async (): Promise<string[]> =>
  (await redis.cli('PUBSUB', 'CHANNELS', 'watching:[pw]*')).split('\n').filter(Boolean).sort();

/** How often something was published. */
async function published(): Promise<number> {
  const calls = /^cmdstat_publish:calls=(\d+)/m.exec(await redis.cli('INFO', 'commandstats'));
  return Number(calls?.[1] ?? 0);
}

describe('what is watched through Redis', () => {
  it('costs a channel, which goes with the last who watches, and else nothing is published', async () => {
    const ann = await b.connect('ann');
    ann.close();
    await b.waitForOffline('ann');
    expect(await published()).toBe(0);
    await a.engine.watch(['ann', 'ben']);
    expect(await channels()).toEqual([
      'watching:presence:ann',
      'watching:presence:ben',
      'watching:watching',
    ]);
    a.engine.unwatch(['ann', 'ben']);
    await until('nobody listens', async () => (await channels()).length === 0);
    await b.connect('ann');
    await b.waitForOnline('ann');
    expect(await published()).toBe(0);
  });

  it('goes by what has the form of a change, and by nothing else', async () => {
    await a.engine.watch(['ann']);
    await b.connect('ann');
    await sees(a, '-ann', '+ann');
    const seq = a.seen.all[1].seq + 1;
    await redis.cli('PUBLISH', 'watching:presence:ann', `{"online":false,"seq":${seq}}`);
    await sees(a, '-ann', '+ann', '-ann');
    for (const text of ['', '{"online":1,"seq":9007199254740991}', '{"online":true}']) {
      await redis.cli('PUBLISH', 'watching:presence:ann', text);
    }
    await until('they were skipped', () => a.engine.health().details.malformed === 3);
    expect(a.sight).toHaveLength(3);
  });

  it('is told to be offline once the delay is over, and not if it comes back in time', async () => {
    const slow = await nodes.start({ offlineDelay: 600 });
    await a.engine.watch(['ann', 'ben']);
    const [ann, ben] = [await slow.connect('ann'), await slow.connect('ben')];
    ann.close();
    ben.close();
    await slow.connect('ann');
    await until('ben has gone', () => a.sight.includes('-ben', 4));
    expect(a.sight.filter((one) => one.endsWith('ann'))).toEqual(['-ann', '+ann']);
  });

  it('is told when Redis was away and is back: what is different, and nothing else', async () => {
    await a.engine.watch(['ann', 'ben', 'cy']);
    await b.connect('ann');
    const ben = await b.connect('ben');
    await until('both are seen', () => a.sight.length === 5);
    redis.pause();
    await nodes.allDown();
    ben.close();
    await b.connect('cy');
    redis.resume();
    await until('both changes are seen', () => a.sight.length === 7);
    expect(a.sight.slice(5).sort()).toEqual(['+cy', '-ben']);
    await b.connect('dan');
    await a.engine.watch(['dan']);
    expect(a.sight.slice(7)).toEqual(['+dan']);
  });

  it('is told when the node that watches was cut off alone: what it has not heard', async () => {
    const proxy = await CuttableProxy.to(redis.port);
    proxies.push(proxy);
    const cut = await nodes.start({ url: proxy.url });
    await cut.engine.watch(['ann', 'ben', 'cy']);
    await b.connect('ann');
    const ben = await b.connect('ben');
    await until('both are seen', () => cut.sight.length === 5);
    proxy.sever();
    await until('it is cut off', () => !cut.isUp);
    ben.close();
    await b.waitForOffline('ben');
    await a.connect('cy');
    proxy.mend();
    await until('both changes are seen', () => cut.sight.length === 7);
    expect(cut.sight.slice(5).sort()).toEqual(['+cy', '-ben']);
  });

  it('is told when Redis comes back empty: what is different, and nothing else', async () => {
    await a.engine.watch(['ann', 'ben', 'cy', 'end']);
    await b.connect('ann');
    const ben = await b.connect('ben');
    await until('both are seen', () => a.sight.length === 6);
    await redis.kill();
    await nodes.allDown();
    ben.close();
    await b.connect('cy');
    await redis.restart();
    await nodes.allUp();
    await until('both changes are seen', () => a.sight.length === 8);
    expect(a.sight.slice(6).sort()).toEqual(['+cy', '-ben']);
    await b.connect('end');
    await until('the end is seen', () => a.sight.length === 9);
    expect(a.sight[8]).toBe('+end');
    for (const uid of ['ann', 'ben', 'cy']) {
      const seqs = a.seen.all.filter((one) => one.uid === uid).map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((x, y) => x - y));
    }
  });

  it('is known in the end when it died together with the data of Redis', async () => {
    await b.connect('ann');
    await a.engine.watch(['ann']);
    expect(a.sight).toEqual(['+ann']);
    await redis.kill();
    await nodes.allDown();
    // Nobody who is left knows that it was there.
    b.closeAll();
    await b.stop();
    await redis.restart();
    await sees(a, '+ann', '-ann');
  });

  it('is told after FLUSHALL, which ends no connection', async () => {
    await b.connect('ann');
    await a.engine.watch(['ann', 'ben']);
    await redis.cli('FLUSHALL');
    await b.connect('ben');
    await until('ben is seen', () => a.sight.includes('+ben'));
    expect(a.sight.filter((one) => one.endsWith('ann'))).toEqual(['+ann']);
  });

  it('from a time without Redis is told when it is back', async () => {
    await b.connect('ann');
    redis.pause();
    await nodes.allDown();
    await a.engine.watch(['ann', 'ben']);
    expect(a.sight).toEqual([]);
    redis.resume();
    await until('both are seen', () => a.sight.length === 2);
    expect(a.sight.sort()).toEqual(['+ann', '-ben']);
  });
});
