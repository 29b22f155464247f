import { describe, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { asked } from '../support/asked.js';
import { useApp } from '../support/use-app.js';
import { useSharedRedis } from '../support/use-redis.js';
import { useWorkers } from '../support/worker-process.js';

const PREFIX = 'deaths';

const redis = useSharedRedis();
const startWorker = useWorkers();
const app = useApp(() => ({
  push: { engine: new RedisEngine({ url: redis.url, prefix: PREFIX }) },
}));

describe('a request of a node that was killed', () => {
  it('is cancelled when its time is up, and an answer is NOT_FOUND', async () => {
    const ada = await app.json('ada');
    const worker = await startWorker({ url: redis.url, prefix: PREFIX });
    worker.ask('ada', 'still there?', 1_000);
    const { id } = await asked(ada);
    await worker.kill();
    expect(await ada.next()).toEqual({ event: 'cancelled', data: { id } });
    expect(await ada.exchange('response', { id, data: 'yes' })).toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
  });

  it('gets no answer: a device that gives one is told that nobody wants it', async () => {
    const ada = await app.json('ada');
    const worker = await startWorker({ url: redis.url, prefix: PREFIX });
    worker.ask('ada', 'still there?', 60_000);
    const { id } = await asked(ada);
    await worker.kill();
    expect(await ada.exchange('response', { id, data: 'yes' })).toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
    expect(await ada.settle()).toEqual([]);
  });
});
