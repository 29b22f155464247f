import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { useExamples } from '../support/use-example.js';
import { useRedis } from '../support/use-redis.js';
import { useWorkers } from '../support/worker-process.js';

const redis = useRedis();
const startExample = useExamples();
const startWorker = useWorkers();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'push-undelivered-'));
});

afterEach(() => rm(directory, { recursive: true }));

it('the example appends undelivered messages to PUSH_UNDELIVERED_LOG, one a line', async () => {
  const file = join(directory, 'undelivered.log');
  await startExample({ REDIS_URL: redis.url, PUSH_UNDELIVERED_LOG: file });
  const worker = await startWorker({ url: redis.url, prefix: 'push' });
  await worker.send('ada', 'first', 1);
  await worker.send('ada', 'second', 2);
  const lines = async (): Promise<string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  await until('both are there', async () => (await lines()).length === 2);
  const messages = (await lines()).map((line) => JSON.parse(line) as { data: string });
  expect(messages.map(({ data }) => data).sort()).toEqual(['first', 'second']);
  expect(messages[0]).toEqual({
    uid: 'ada',
    id: expect.any(String),
    epoch: expect.any(String),
    offset: expect.any(Number),
    at: expect.any(Number),
    data: expect.any(String),
  });
});
