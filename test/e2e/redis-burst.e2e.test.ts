import { expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { buildFrame } from '../support/raw-frames.js';
import { useApp } from '../support/use-app.js';
import { useRedis } from '../support/use-redis.js';

const redis = useRedis();
const near = useApp(() => ({ push: { engine: new RedisEngine({ url: redis.url }) } }));
const far = useApp(() => ({ push: { engine: new RedisEngine({ url: redis.url }) } }));

it('a burst of one client to a user of another node arrives whole and in order', async () => {
  const COUNT = 5_000;
  const bob = await far.json('bob');
  const ada = await near.raw('ada');
  const frames = Array.from({ length: COUNT }, (_, i) =>
    buildFrame({ payload: JSON.stringify({ event: 'send', data: { to: 'bob', data: i } }) }),
  );
  await ada.write(Buffer.concat([...frames, buildFrame({ payload: '{"event":"ping"}' })]));
  for (let i = 0; i < COUNT; i++) expect(await bob.nextData()).toBe(i);
  expect(await ada.nextText()).toContain('pong');
});
