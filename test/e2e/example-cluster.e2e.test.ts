import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectText } from '../support/client.js';
import { ExampleCluster } from '../support/example-cluster.js';
import { freePort } from '../support/free-port.js';
import { useExamples } from '../support/use-example.js';
import { useRedis } from '../support/use-redis.js';

const redis = useRedis();
const startExample = useExamples();
const clusters: ExampleCluster[] = [];

afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
});

function startCluster(port: number): ExampleCluster {
  const cluster = new ExampleCluster(port, redis.url);
  clusters.push(cluster);
  return cluster;
}

describe('the example in several processes', () => {
  it('is one system with REDIS_URL', async () => {
    const one = await startExample({ REDIS_URL: redis.url });
    const other = await startExample({ REDIS_URL: redis.url });
    const [ada, bob] = [await connectText(one.url), await connectText(other.url)];
    await ada.authenticate('ada');
    await bob.authenticate('bob');
    ada.write('bob:across');
    expect(await bob.next()).toBe('across');
    bob.write('all:everyone');
    expect(await ada.next()).toBe('everyone');
  });

  it('shares one port among processes with start:cluster', async () => {
    const port = await freePort();
    const cluster = startCluster(port);
    await cluster.listening();
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => connectText(`ws://127.0.0.1:${port}/`)),
    );
    for (const [i, client] of clients.entries()) await client.authenticate(`user${i}`);
    clients[0].write('all:hello');
    for (const client of clients) expect(await client.next()).toBe('hello');
    for (const [i, client] of clients.entries()) {
      clients[0].write(`user${i}:to ${i}`);
      expect(await client.next()).toBe(`to ${i}`);
    }
    const stopped = cluster.stop();
    for (const client of clients) {
      expect(await client.expectClose()).toMatchObject({ code: 1012 });
    }
    await stopped;
  });

  it('replaces a worker that has ended, however soon', async () => {
    const cluster = startCluster(await freePort());
    await cluster.listening();
    process.kill(await cluster.workerId(), 'SIGKILL');
    expect(await cluster.ended()).toContain('SIGKILL');
    await cluster.listening(1);
  });

  it('starts workers again and again until they can serve', async () => {
    const obstacle = await occupyPort();
    const cluster = startCluster(obstacle.port);
    for (let i = 0; i < 2 * cluster.workers; i++) {
      expect(await cluster.ended()).toContain('exit code 1');
    }
    await obstacle.leave();
    await cluster.listening();
  });

  it('ends on SIGTERM while no worker runs', async () => {
    const obstacle = await occupyPort();
    const cluster = startCluster(obstacle.port);
    for (let i = 0; i < cluster.workers; i++) await cluster.ended();
    await cluster.stop();
    await obstacle.leave();
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

/** A server of someone else, where the example wants to listen. */
async function occupyPort(): Promise<{ port: number; leave(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async leave() {
      server.close();
      await once(server, 'close');
    },
  };
}
