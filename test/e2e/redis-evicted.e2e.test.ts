import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { toGroup, toUid, type EngineNode } from '../support/engine-node.js';
import { until } from '../support/until.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const PREFIX = 'evicted';
const nodes = useNodes(() => ({ url: redis.url, prefix: PREFIX, leaseTime: 600 }));

describe('what Redis has evicted is there again:', () => {
  let a: EngineNode;
  let b: EngineNode;
  beforeEach(async () => {
    a = await nodes.start();
    b = await nodes.start();
    await a.connect('ann');
    await b.connect('ben');
    await a.waitForOnline('ann');
    await b.waitForOnline('ben');
  });

  it.each(['uids', 'nodes', 'state', 'conns:ann', 'calls'])(
    '%s, and nothing is told',
    async (key) => {
      await redis.cli('DEL', `${PREFIX}:${key}`);
      const second = await b.connect('ann');
      second.close();
      await until('all are there', async () => {
        const online = await b.engine.online(['ann', 'ben']);
        const { connections, uids, nodes: live } = await b.engine.counts();
        return online.every(Boolean) && connections === 2 && uids === 2 && live === 2;
      });
      await until('it is settled', async () => {
        return (await redis.cli('EXISTS', `${PREFIX}:unsettled`, `${PREFIX}:unheard`)) === '0';
      });
      expect([a.presence, b.presence]).toEqual([['+ann'], ['+ben']]);
    },
  );

  it('what a node holds', async () => {
    await redis.cli('DEL', `${PREFIX}:node:${a.local.node}`);
    await until('it is known again', async () => (await b.engine.counts()).connections === 2);
    expect([a.presence, b.presence]).toEqual([['+ann'], ['+ben']]);
  });

  it('memberships of those who are online', async () => {
    await a.engine.joinGroup(toUid('ann'), 'g');
    await redis.cli('DEL', `${PREFIX}:groups:ann`, `${PREFIX}:members:g`);
    await until('it is a member', async () => {
      return (await redis.cli('SMEMBERS', `${PREFIX}:groups:ann`)) === 'g';
    });
    await b.connect('ann');
    expect(await b.send(toGroup('g'), 'x')).toBe(2);
    expect(await b.engine.uidsInGroup('g')).toEqual(['ann']);
  });
});

it('a Redis that may evict keys is reported at the start, once', async () => {
  const lines: string[] = [];
  const hear = (line: unknown): void => void lines.push(String(line));
  Logger.overrideLogger({ log: hear, warn: hear, error: hear });
  await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  const node = await nodes.start();
  await until('it is reported', () => lines.length > 0);
  expect(lines[0]).toContain('maxmemory-policy allkeys-lru');
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await until('it has lost Redis', () => lines.some((line) => line.includes('Redis is not there')));
  await until('it is back', () => node.isUp);
  expect(lines.filter((line) => line.includes('allkeys-lru'))).toHaveLength(1);
});
