import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mailbox } from '../support/mailbox.js';
import { RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/use-app.js';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { RecordingHandler } from './undelivered/handed-over.js';

const PREFIX = 'deaths';
const LEASE = 1_000;

const redis = new RedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
const children: ChildProcess[] = [];
const apps: TestApp[] = [];

beforeEach(() => redis.open());

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await redis.close();
});

/** A worker in a process of its own, and what it says. */
async function startWorker(handling: 'hang' | 'none') {
  const args = [redis.url, PREFIX, String(LEASE), handling];
  const child = spawn(process.execPath, ['test/support/worker-node.js', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const said = new Mailbox<string>((line) => line);
  createInterface(child.stdout).on('line', (line) => said.put(line));
  const says = (line: string) => said.take(line, (one) => one === line);
  await says('ready');
  return {
    says,
    async send(data: string, undeliveredAfter: number): Promise<void> {
      child.stdin.write(`${JSON.stringify({ uid: 'ada', data, undeliveredAfter })}\n`);
      await says('sent');
    },
    async kill(): Promise<void> {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function startHandling(): Promise<RecordingHandler> {
  const undeliveredHandler = new RecordingHandler();
  const history = { undeliveredHandler, undeliveredLease: LEASE, undeliveredInterval: 20 };
  const app = new TestApp({
    push: { engine: new RedisEngine({ url: redis.url, prefix: PREFIX }), history },
  });
  apps.push(app);
  await app.start();
  return undeliveredHandler;
}

describe('an undelivered message is handed over', () => {
  it('though the node that sent it was killed before it was due', async () => {
    const worker = await startWorker('none');
    const handler = await startHandling();
    await worker.send('x', 500);
    await worker.kill();
    await handler.next('x');
  });

  it('again on another node when the one that was handling it was killed', async () => {
    const worker = await startWorker('hang');
    await worker.send('x', 1);
    await worker.says('handling x');
    const handler = await startHandling();
    await worker.kill();
    await handler.next('x');
    expect(handler.data).toEqual(['x']);
  });

  it('after a restart of all nodes, and of a Redis that keeps its data', async () => {
    const worker = await startWorker('none');
    await worker.send('x', 500);
    await worker.kill();
    await redis.kill();
    await redis.restart();
    const handler = await startHandling();
    await handler.next('x');
  });
});
