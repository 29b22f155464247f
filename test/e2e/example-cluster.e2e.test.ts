import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeAll, connectText } from '../support/client.js';
import { startExample, type Example } from '../support/example.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';

let redis: RedisServer;

beforeEach(async () => {
  redis = await RedisServer.start();
});

afterEach(async () => {
  await closeAll();
  await redis.stop();
});

describe('the example in several processes', () => {
  it('is one system with REDIS_URL', async () => {
    const nodes: Example[] = [
      await startExample({ REDIS_URL: redis.url }),
      await startExample({ REDIS_URL: redis.url }),
    ];
    try {
      const [ada, bob] = [await connectText(nodes[0].url), await connectText(nodes[1].url)];
      await ada.login('ada');
      await bob.login('bob');
      ada.send('bob:across');
      expect(await bob.next()).toBe('across');
      bob.send('all:everyone');
      expect(await ada.next()).toBe('everyone');
    } finally {
      await closeAll();
      await Promise.all(nodes.map((node) => node.stop()));
    }
  });

  it('shares one port among processes with start:cluster', async () => {
    const port = await freePort();
    const primary = await startPrimary(port, redis.url);
    try {
      const clients = await Promise.all(
        Array.from({ length: 8 }, () => connectText(`ws://127.0.0.1:${port}/`)),
      );
      for (const [i, client] of clients.entries()) await client.login(`user${i}`);
      clients[0].send('all:hello');
      for (const client of clients) expect(await client.next()).toBe('hello');
      for (const [i, client] of clients.entries()) {
        clients[0].send(`user${i}:to ${i}`);
        expect(await client.next()).toBe(`to ${i}`);
      }
      primary.kill('SIGTERM');
      for (const client of clients) {
        expect(await client.waitForClose()).toMatchObject({ code: 1012 });
      }
      await once(primary, 'exit');
    } finally {
      primary.kill('SIGKILL');
    }
  });

  it('does not start as a cluster without REDIS_URL', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js', '--cluster'], {
      env: { ...process.env, REDIS_URL: '' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status).toBe(1);
    expect(stderr).toContain('start:cluster needs REDIS_URL');
  });
});

/** Waits until every process of the cluster listens. */
async function startPrimary(port: number, redisUrl: string): Promise<ChildProcess> {
  const primary = spawn(process.execPath, ['dist/main.js', '--cluster'], {
    env: { ...process.env, PORT: String(port), REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let listening = 0;
  await new Promise<void>((resolve) => {
    createInterface(primary.stdout).on('line', (line) => {
      if (line.startsWith('Listening') && ++listening === availableParallelism()) resolve();
    });
  });
  return primary;
}
