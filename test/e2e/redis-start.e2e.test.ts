import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { toUid } from '../support/engine-node.js';
import { failure } from '../support/failure.js';
import { Mailbox } from '../support/mailbox.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const nodes = useNodes(() => ({ url: redis.url }));
let log: Mailbox<string>;

beforeEach(() => {
  log = new Mailbox((line) => line);
  const hear = (line: unknown): void => log.put(String(line));
  Logger.overrideLogger({ log: hear, warn: hear, error: hear });
});

describe('a node that starts', () => {
  it('waits for a Redis that is away, and tells so once', async () => {
    await redis.kill();
    const starting = nodes.start();
    const line = await log.take('a line about Redis');
    expect(line).toMatch(/^Redis is not there: .*ECONNREFUSED.*\. Trying again until it is\.$/);
    await redis.restart();
    const node = await starting;
    const socket = await node.connect('ann');
    expect(await node.send(toUid('ann'), 'hello')).toBe(1);
    expect(await socket.next()).toBe('hello');
    expect(log.all).toEqual([line, 'Redis is back.']);
  });

  it('waits for one that does not let it in yet', async () => {
    await redis.cli('CONFIG', 'SET', 'requirepass', 'secret');
    const starting = nodes.start();
    expect(await log.take('a line about Redis')).toContain('NOAUTH');
    await redis.cli('-a', 'secret', '--no-auth-warning', 'CONFIG', 'SET', 'requirepass', '');
    await (await starting).connect('ann');
  });

  it('says nothing when Redis is there', async () => {
    await nodes.start();
    expect(log.all).toEqual([]);
  });

  it('gives up after startTimeout, and says why', async () => {
    await redis.kill();
    const starting = nodes.start({ startTimeout: 1_000 });
    await expect(starting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(starting).rejects.toThrow('ECONNREFUSED');
  });

  it('gives up as well on a server that takes connections and never answers', async () => {
    redis.pause();
    const { code } = await failure(() => nodes.start({ startTimeout: 100 }));
    redis.resume();
    expect(code).toBe('UNAVAILABLE');
  });
});
