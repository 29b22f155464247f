import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ALL, toGroup, toUid, toUids, type EngineNode } from '../support/engine-node.js';
import { RedisClusterServers, RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useNodes } from '../support/use-redis.js';

const USERS = 60;

const nodes = useNodes(() => ({ prefix: 'failover', leaseTime: 2_000, commandTimeout: 1_000 }));

/** Connections of the cluster, as far as it can be asked. */
async function counts(node: EngineNode): Promise<number | undefined> {
  try {
    return (await node.engine.counts()).connections;
  } catch {
    return undefined;
  }
}

/** Users on both nodes, all in one group. */
async function populate(a: EngineNode, b: EngineNode) {
  const sockets = await Promise.all(
    Array.from({ length: USERS }, (_, i) => [a, b][i % 2].connect(`u${i}`)),
  );
  for (let i = 0; i < USERS; i++) await a.engine.joinGroup(toUid(`u${i}`), 'g');
  return sockets;
}

/** Every way to everyone works, from both nodes. */
async function expectEverything(a: EngineNode, b: EngineNode, name: string): Promise<void> {
  const uids = Array.from({ length: USERS }, (_, i) => `u${i}`);
  const sent = uids.map((uid, i) => [b, a][i % 2].send(toUid(uid), `${name} ${uid}`));
  expect(new Set(await Promise.all(sent))).toEqual(new Set([1]));
  expect(await a.send(toUids(...uids), name)).toBe(2);
  expect(await b.send(toGroup('g'), name)).toBe(2);
  expect(await a.send(ALL, name)).toBe(2);
  expect(await b.engine.online(uids)).toEqual(uids.map(() => true));
  expect(await b.engine.counts()).toEqual({ connections: USERS, uids: USERS, nodes: 2 });
}

it('a master of a Redis Cluster fails over, and everything is there again', async () => {
  const servers = await RedisClusterServers.start(3, 1);
  onTestFinished(() => servers.close());
  // Long enough for both to be back within it on a busy machine: then nobody is told offline.
  const options = { cluster: { nodes: servers.addresses.slice(0, 2) }, leaseTime: 15_000 };
  const [a, b] = [await nodes.start(options), await nodes.start(options)];
  const sockets = await populate(a, b);
  await expectEverything(a, b, 'before');
  // Load is spread over the masters.
  for (const master of servers.masters) {
    expect(Number(await master.cli('DBSIZE'))).toBeGreaterThan(USERS / 6);
  }

  await servers.masters[0].kill();
  await nodes.allDown();
  expect(a.engine.health().status).toBe('degraded');
  await nodes.allUp();
  await expectEverything(a, b, 'after');
  for (const [i, socket] of sockets.entries()) {
    await socket.inbox.take('the last', ({ data }) => data === `after u${i}`);
  }
  expect([...a.presence, ...b.presence].filter((change) => change.startsWith('-'))).toEqual([]);
});

it('a slot that moves to another master takes its channels along', async () => {
  const servers = await RedisClusterServers.start(2, 0);
  onTestFinished(() => servers.close());
  const cluster = { nodes: servers.addresses };
  const [a, b] = [
    await nodes.start({ cluster, shards: 4 }),
    await nodes.start({ cluster, shards: 4 }),
  ];
  await populate(a, b);
  const [source, target] = servers.masters;
  const slot = await servers.slotOf('failover:{0}:nodes');
  const [from, to] = slot < 8_192 ? [source, target] : [target, source];
  await servers.moveSlot(slot, from, to);
  // The nodes learn of it when they next use the slot.
  await until('everyone is there', async () => {
    return (await counts(a)) === USERS && a.isUp && b.isUp;
  });
  await nodes.allUp();
  await expectEverything(a, b, 'after');
});

it('a master under Sentinel fails over', async () => {
  const master = await RedisServer.start();
  onTestFinished(() => master.close());
  const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(master.port));
  onTestFinished(() => replica.close());
  await replica.replicating();
  const sentinel = await startSentinel(master.port);
  const options = { sentinel: { name: 'push', nodes: [sentinel] } };
  const [a, b] = [await nodes.start(options), await nodes.start(options)];
  await populate(a, b);
  await master.kill();
  await nodes.allDown();
  await nodes.allUp();
  await expectEverything(a, b, 'after');
});

async function startSentinel(masterPort: number): Promise<{ host: string; port: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'push-sentinel-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const config = join(directory, 'sentinel.conf');
  const lines = [
    `sentinel monitor push 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds push 300',
    'sentinel failover-timeout push 2000',
  ];
  await writeFile(config, lines.join('\n'));
  const server = await RedisServer.startSentinel(config);
  onTestFinished(() => server.close());
  await until('the Sentinel knows the replica', async () =>
    (await server.cli('SENTINEL', 'REPLICAS', 'push')).includes('127.0.0.1'),
  );
  return { host: '127.0.0.1', port: server.port };
}
