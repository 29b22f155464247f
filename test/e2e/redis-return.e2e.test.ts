import { beforeEach, describe, expect, it } from 'vitest';
import { toGroup, toUid, toUids, type EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useOutage } from '../support/use-outage.js';

const outage = useOutage();
const { redis, nodes, onlineSomewhere } = outage;
let a: EngineNode;
let b: EngineNode;
beforeEach(() => {
  ({ a, b } = outage);
});

/** What must be true again after every outage, for connections from before it and later ones. */
async function expectEverything(): Promise<void> {
  const late = await b.connect('late');
  expect(await a.send(toUid('late'), 'to late')).toBe(1);
  expect(await late.next()).toBe('to late');
}

describe('when Redis is back', () => {
  it('empty, presence, subscriptions and memberships are there again', async () => {
    const [ann, ben] = [await a.connect('ann'), await b.connect('ben')];
    await a.engine.joinGroup(toUid('ben'), 'g');
    await redis.kill();
    await nodes.allDown();
    const began = performance.now();
    await redis.restart();
    await nodes.allUp();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await a.engine.online(['ann', 'ben'])).toEqual([true, true]);
    expect(await a.engine.counts()).toEqual({ connections: 2, uids: 2, nodes: 2 });
    expect(await a.send(toGroup('g'), 'group')).toBe(1);
    expect(await ben.next()).toBe('group');
    expect(await b.send(toUids('ann', 'ben'), 'uids')).toBe(2);
    expect(await ann.next()).toBe('uids');
    expect(await b.engine.uidsInGroup('g')).toEqual(['ben']);
    const again = await a.connect('ben');
    expect(await b.send(toGroup('g'), 'later')).toBe(2);
    expect(await again.next()).toBe('later');
    await expectEverything();
    await onlineSomewhere('late');
    // Nobody came or went but the late one.
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+ben', '+late']);
  });

  it('after a pause, nobody who stayed was reported offline or twice online', async () => {
    await a.connect('ann');
    const gone = await b.connect('ben');
    redis.pause();
    await nodes.allDown();
    gone.close();
    redis.resume();
    await nodes.allUp();
    await Promise.race([a.waitForOffline('ben'), b.waitForOffline('ben')]);
    await expectEverything();
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+ben', '+late', '-ben']);
    expect(await b.engine.online(['ann', 'ben'])).toEqual([true, false]);
  });

  it('empty, who went meanwhile is reported offline, once', async () => {
    const both = [await a.connect('ann'), await b.connect('ann')];
    await redis.kill();
    await nodes.allDown();
    for (const socket of both) socket.close();
    await redis.restart();
    await nodes.allUp();
    await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
    await expectEverything();
    await onlineSomewhere('late');
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+late', '-ann']);
    expect(await a.engine.counts()).toEqual({ connections: 1, uids: 1, nodes: 2 });
  });

  it('empty, who came meanwhile is reported online, once, wherever else they were', async () => {
    await a.connect('ann');
    await redis.kill();
    await nodes.allDown();
    await b.connect('ann');
    const [ben, brief] = [await b.connect('ben'), await b.connect('brief')];
    await redis.restart();
    await nodes.allUp();
    await a.connect('ben');
    brief.close();
    await onlineSomewhere('ben');
    ben.close();
    await expectEverything();
    await onlineSomewhere('late');
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+ben', '+late']);
    expect(await a.engine.online(['ann', 'ben', 'brief'])).toEqual([true, true, false]);
  });

  it('after FLUSHALL, which ends no connection, the next beat finds out', async () => {
    await a.connect('ann');
    await redis.cli('FLUSHALL');
    await until('ann is there again', async () => (await b.engine.online(['ann']))[0]);
    await until('both nodes are', async () => (await b.engine.counts()).nodes === 2);
    expect([...a.presence, ...b.presence]).toEqual(['+ann']);
  });

  it('again and again, the nodes find back', async () => {
    const ann = await a.connect('ann');
    for (let i = 0; i < 3; i++) {
      await redis.kill();
      await nodes.allDown();
      await redis.restart();
      await nodes.allUp();
      expect(await b.send(toUid('ann'), i)).toBe(1);
      expect(await ann.next()).toBe(i);
    }
  });
});
