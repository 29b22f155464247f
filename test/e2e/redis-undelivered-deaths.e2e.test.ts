import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/use-app.js';
import { useWorkers, type Worker } from '../support/worker-process.js';
import { RecordingHandler } from './undelivered/handed-over.js';

const PREFIX = 'deaths';
const LEASE = 1_000;

const redis = new RedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
const apps: TestApp[] = [];

beforeEach(() => redis.open());

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await redis.close();
});

const start = useWorkers();

function startWorker(hangs = false): Promise<Worker> {
  return start({ url: redis.url, prefix: PREFIX, undeliveredLease: LEASE, hangs });
}

async function startHandling(): Promise<RecordingHandler> {
  const undeliveredHandler = new RecordingHandler();
  const history = { undeliveredHandler, undeliveredLease: LEASE, undeliveredInterval: 20 };
  const engine = new RedisEngine({ url: redis.url, prefix: PREFIX });
  const app = new TestApp({ push: { engine, history } });
  apps.push(app);
  await app.start();
  return undeliveredHandler;
}

describe('an undelivered message is handed over', () => {
  it('though the node that sent it was killed before it was due', async () => {
    const worker = await startWorker();
    const handler = await startHandling();
    await worker.send('ada', 'x', 500);
    await worker.kill();
    await handler.next('x');
  });

  it('again on another node when the one that was handling it was killed', async () => {
    const worker = await startWorker(true);
    await worker.send('ada', 'x', 1);
    await worker.says('handling x');
    const handler = await startHandling();
    await worker.kill();
    await handler.next('x');
    expect(handler.data).toEqual(['x']);
  });

  it('after a restart of all nodes, and of a Redis that keeps its data', async () => {
    const worker = await startWorker();
    await worker.send('ada', 'x', 500);
    await worker.kill();
    await redis.kill();
    await redis.restart();
    const handler = await startHandling();
    await handler.next('x');
  });
});
