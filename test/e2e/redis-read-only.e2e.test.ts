import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL, toConnection, toGroup, toUid, toUids } from '../support/engine-node.js';
import type { EngineNode } from '../support/engine-node.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const limit = { max: 1, beyond: 'refuse' } as const;
const nodes = useNodes(() => ({ url: redis.url, prefix: 'refusing', leaseTime: 1_200 }));
let a: EngineNode;
let b: EngineNode;
let log: string[];
beforeEach(async () => {
  log = [];
  const hear = (line: unknown): void => void log.push(String(line));
  Logger.overrideLogger({ log: hear, warn: hear, error: hear });
  a = await nodes.start();
  b = await nodes.start();
});
afterEach(() => Logger.overrideLogger(false));

async function drained(batches: ReturnType<EngineNode['engine']['uids']>): Promise<void> {
  for await (const batch of batches) expect(batch).toEqual([]);
}

const set = (name: string, value: string) => () => redis.cli('CONFIG', 'SET', name, value);

/** Ways in which Redis answers, and takes no changes; and how each ends. */
const ways: [string, RegExp, () => Promise<unknown>, () => Promise<unknown>][] = [
  ['is full', /OOM/, set('maxmemory', '1'), set('maxmemory', '0')],
  ['cannot save', /MISCONF/, () => redis.failToSave(), () => redis.saveAgain()],
  [
    'has lost its replicas',
    /NOREPLICAS/,
    set('min-replicas-to-write', '1'),
    set('min-replicas-to-write', '0'),
  ],
  [
    'has become a replica',
    /READONLY/,
    () => redis.cli('REPLICAOF', '127.0.0.1', '1'),
    () => redis.cli('REPLICAOF', 'NO', 'ONE'),
  ],
];

describe.each(ways)('a Redis that %s', (_, reason, begin, end) => {
  it('is an outage: health says why, the log twice, calls that cannot be right fail', async () => {
    await a.connect('ann');
    await begin();
    await nodes.allDown();
    expect(a.engine.health().reason).toMatch(reason);
    const calls = [
      () => a.engine.online(['ann']),
      () => a.engine.presence('ann'),
      () => a.engine.counts(),
      () => drained(a.engine.uids()),
      () => a.send(toUids('ann', 'ben'), 'x'),
      () => a.send(toGroup('g'), 'x'),
      () => a.engine.joinGroup(toUid('ann'), 'g'),
    ];
    for (const call of calls) expect((await failure(call)).code).toBe('UNAVAILABLE');
    await end();
    await nodes.allUp();
    const lines = log.filter((line) => !line.includes('back'));
    expect(lines).toHaveLength(nodes.all.length);
    expect(lines[0]).toMatch(reason);
    expect(log.filter((line) => line === 'Redis is back.')).toHaveLength(nodes.all.length);
  });

  it('goes on carrying messages, also to those who come meanwhile', async () => {
    await begin();
    const socket = await b.connect('ann');
    await nodes.allDown();
    await until('b listens', async () => (await a.send(toUid('ann'), 'to ann')) === 1);
    expect(await a.send(ALL, 'to all')).toBe(1);
    expect(await a.send(toConnection(socket.connectionId), 'to one')).toBe(1);
    for (const data of ['to ann', 'to all', 'to one']) expect(await socket.next()).toBe(data);
    expect(await a.engine.connectionsOf('ann')).toHaveLength(1);
    await end();
  });

  it('has everything again afterwards, and each change is told once', async () => {
    const [gone, stays] = [await a.connect('gone'), await b.connect('stays')];
    await a.engine.joinGroup(toUid('stays'), 'g');
    await begin();
    await nodes.allDown();
    gone.close();
    await a.connect('came');
    const brief = await a.connect('brief');
    brief.close();
    await end();
    await nodes.allUp();
    await a.waitForOffline('gone');
    await a.waitForOnline('came');
    expect(await b.engine.online(['gone', 'stays', 'came', 'brief'])).toEqual([
      ...[false, true, true, false],
    ]);
    expect(await b.engine.counts()).toEqual({ connections: 2, uids: 2, nodes: 2 });
    expect(await a.send(toGroup('g'), 'group')).toBe(1);
    expect(await stays.next()).toBe('group');
    expect([a.presence.sort(), b.presence]).toEqual([['+came', '+gone', '-gone'], ['+stays']]);
  });
});

it('a node does not start on a Redis that takes no changes, and says why', async () => {
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  const starting = nodes.start({ startTimeout: 500 });
  await expect(starting).rejects.toThrow(/takes no changes \(OOM/);
});

it('the limit is applied per node while Redis takes no changes', async () => {
  const x = await nodes.start({}, limit);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  await x.connect('ann');
  await until('it has noticed', () => !x.isUp);
  expect(await x.tryConnect('ann')).toBeNull();
});
