import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PushException } from '../../src/index.js';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { ALL, EngineNode, toGroup, toUid, toUids } from '../support/engine-node.js';
import { startApp } from '../support/app.js';
import { closeAll, connectJson, connectText } from '../support/client.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const COMMAND_TIMEOUT = 600;
const options = { prefix: 'outage', leaseTime: 1_200, commandTimeout: COMMAND_TIMEOUT };

// What it logs is right in an application and noise in a test.
Logger.overrideLogger(false);

let redis: RedisServer;
let a: EngineNode;
let b: EngineNode;
let nodes: EngineNode[];

async function startNode(url = redis.url): Promise<EngineNode> {
  const node = new EngineNode(new RedisEngine({ url, ...options }));
  nodes.push(node);
  return node.start();
}

const isUp = (node: EngineNode): boolean => node.engine.health().status === 'up';
const allUp = (): Promise<void> => until('every node is up', () => nodes.every(isUp));
const bothDown = (): Promise<void> => until('no node is up', () => !nodes.some(isUp));

/** The error of a call, and how long it took to come. */
async function failure(call: () => unknown): Promise<{ code: string; took: number }> {
  const began = performance.now();
  try {
    await call();
  } catch (error) {
    return { code: (error as PushException).code, took: performance.now() - began };
  }
  throw new Error('The call should have failed.');
}

/** After a loss of data any node may be the one that tells of it. */
const onlineSomewhere = (uid: string): Promise<unknown> =>
  Promise.race([a.waitForOnline(uid), b.waitForOnline(uid)]);

beforeEach(async () => {
  redis = await RedisServer.start();
  nodes = [];
  a = await startNode();
  b = await startNode();
});
afterEach(async () => {
  redis.resume();
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.close();
});

/** What must be true again after every outage, for connections from before it and later ones. */
async function expectEverything(): Promise<void> {
  const late = await b.connect('late');
  expect(await a.send(toUid('late'), 'to late')).toBe(1);
  expect(await late.next()).toBe('to late');
}

describe('while Redis is away', () => {
  const ways: [string, () => Promise<void> | void][] = [
    ['stopped', () => redis.stop()],
    ['killed', () => redis.kill()],
    ['paused with its sockets open', () => redis.pause()],
  ];
  for (const [way, leave] of ways) {
    it(`${way}, calls fail in time, local connections are served, and health says so`, async () => {
      const here = await a.connect('ann');
      await leave();
      // The first call may be the one that finds out.
      const first = await failure(() => a.send(toUid('ann'), 'local'));
      expect(first.code).toBe('UNAVAILABLE');
      expect(first.took).toBeLessThan(COMMAND_TIMEOUT + 300);
      expect(await here.next()).toBe('local');
      await bothDown();
      expect(a.engine.health().reason).toContain(redis.address);
      const calls = [
        () => a.send(toUids('ann', 'ben'), 'x'),
        () => a.send(ALL, 'x'),
        () => a.engine.online(['ann']),
        () => a.engine.connectionsOf('ann'),
        () => a.engine.counts(),
        () => a.engine.joinGroup(toUid('ann'), 'g'),
        () => a.engine.disconnect(toUid('ann'), { code: 4403, reason: '' }),
      ];
      for (const call of calls) {
        const { code, took } = await failure(call);
        expect(code).toBe('UNAVAILABLE');
        expect(took).toBeLessThan(50);
      }
      expect(here.received).toEqual(['local', 'x', 'x']);
      // To one connection of this node: Redis is not needed at all.
      const connection = { kind: 'connection', connectionId: here.connectionId } as const;
      expect(await a.send(connection, 'y')).toBe(1);
    });
  }

  it('connections are let in, and are there for everyone when it is back', async () => {
    await redis.kill();
    await bothDown();
    const meanwhile = await b.connect('ben');
    await redis.restart();
    await allUp();
    expect(await a.send(toUid('ben'), 'x')).toBe(1);
    expect(await meanwhile.next()).toBe('x');
    expect(await a.engine.online(['ben'])).toEqual([true]);
    await onlineSomewhere('ben');
  });

  it('memory stays bounded: calls that cannot be sent are not kept', async () => {
    const socket = await b.connect('ann');
    redis.pause();
    const payload = 'x'.repeat(10_000);
    const sent = Array.from({ length: 2_000 }, () => failure(() => a.send(toUid('ann'), payload)));
    const failures = await Promise.all(sent);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    await bothDown();
    redis.resume();
    await allUp();
    expect(await a.send(toUid('ann'), 'after')).toBe(1);
    await socket.inbox.take('the message after', ({ data }) => data === 'after');
  });
});

describe('when Redis is back', () => {
  it('empty, presence, subscriptions and memberships are there again', async () => {
    const [ann, ben] = [await a.connect('ann'), await b.connect('ben')];
    await a.engine.joinGroup(toUid('ben'), 'g');
    await redis.kill();
    await bothDown();
    const began = performance.now();
    await redis.restart();
    await allUp();
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
    await bothDown();
    gone.close();
    redis.resume();
    await allUp();
    await Promise.race([a.waitForOffline('ben'), b.waitForOffline('ben')]);
    await expectEverything();
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+ben', '+late', '-ben']);
    expect(await b.engine.online(['ann', 'ben'])).toEqual([true, false]);
  });

  it('empty, who went meanwhile is reported offline, once', async () => {
    const both = [await a.connect('ann'), await b.connect('ann')];
    await redis.kill();
    await bothDown();
    for (const socket of both) socket.close();
    await redis.restart();
    await allUp();
    await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
    await expectEverything();
    await onlineSomewhere('late');
    expect([...a.presence, ...b.presence].sort()).toEqual(['+ann', '+late', '-ann']);
    expect(await a.engine.counts()).toEqual({ connections: 1, uids: 1, nodes: 2 });
  });

  it('empty, who came meanwhile is reported online, once, wherever else they were', async () => {
    await a.connect('ann');
    await redis.kill();
    await bothDown();
    await b.connect('ann');
    const [ben, brief] = [await b.connect('ben'), await b.connect('brief')];
    await redis.restart();
    await allUp();
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
      await bothDown();
      await redis.restart();
      await allUp();
      expect(await b.send(toUid('ann'), i)).toBe(1);
      expect(await ann.next()).toBe(i);
    }
  });
});

it('a node does not start while Redis is away, and says so', async () => {
  await redis.kill();
  const { code } = await failure(() =>
    new EngineNode(new RedisEngine({ url: redis.url, ...options })).start(),
  );
  expect(code).toBe('UNAVAILABLE');
});

it('a node that is cut off for longer than its lease is gone for the others, and comes back', async () => {
  const proxy = await CuttableProxy.to(redis.port);
  const far = await startNode(proxy.url);
  const ann = await far.connect('ann');
  proxy.cut();
  // The others say so, once; the socket itself is still open.
  await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
  expect(await a.engine.counts()).toEqual({ connections: 0, uids: 0, nodes: 2 });
  await until('it has noticed', () => !isUp(far));
  const meanwhile = await far.connect('ben');
  proxy.mend();
  await until('it is back', () => isUp(far));
  await until('everyone is there', async () => (await a.engine.counts()).connections === 2);
  expect(await a.engine.counts()).toEqual({ connections: 2, uids: 2, nodes: 3 });
  expect(await b.send(toUids('ann', 'ben'), 'x')).toBe(1);
  await ann.inbox.take('x', ({ data }) => data === 'x');
  await meanwhile.inbox.take('x', ({ data }) => data === 'x');
  expect(far.presence).toEqual(['+ann', '+ann', '+ben']);
  await far.stop();
  proxy.close();
});

it('sockets stay open, talk to each other on their node, and across nodes when it is back', async () => {
  const apps = await Promise.all(
    [0, 1].map(() =>
      startApp({ push: { engine: new RedisEngine({ url: redis.url, ...options }) } }),
    ),
  );
  try {
    const [ann, ben] = [await connectJson(apps[0].url), await connectText(apps[0].url)];
    const cat = await connectText(apps[1].url);
    await ann.login('ann');
    await ben.login('ben');
    await cat.login('cat');
    await redis.kill();
    await until('all have noticed', () => nodes.every((node) => !isUp(node)));
    ann.send({ event: 'send', id: 1, data: { to: 'ben', data: 'hello' } });
    expect(await ben.next()).toBe('hello');
    const answer = await ann.next();
    expect(answer).toMatchObject({ event: 'error', id: 1, data: { code: 'UNAVAILABLE' } });
    const late = await connectText(apps[1].url);
    await late.login('late');

    await redis.restart();
    await allUp();
    // Each link finds back by itself: the one that is to publish may be the last.
    await until('the applications are back', () =>
      apps.every(({ push }) => push.health().status === 'up'),
    );
    await until('late is there', async () =>
      (await a.engine.online(['late', 'cat'])).every(Boolean),
    );
    ben.send('late:good evening');
    ben.send('cat:are you there?');
    expect(await late.next()).toBe('good evening');
    expect(await cat.next()).toBe('are you there?');
    expect([ann, ben, cat, late].every((client) => client.isOpen)).toBe(true);
  } finally {
    await closeAll();
    await Promise.all(apps.map((app) => app.close()));
  }
});
