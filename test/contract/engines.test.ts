import { afterAll, beforeAll, describe } from 'vitest';
import { MemoryCluster } from '../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { clusterOf } from '../support/engine-cluster.js';
import { RedisClusterServers, RedisServer } from '../support/redis-server.js';
import { describeEngine } from './engine.contract.js';

let prefixes = 0;

/** Every cluster of nodes has the same Redis, and a prefix of its own. */
const nextPrefix = (): string => `test${++prefixes}`;

describeEngine('MemoryEngine', () => {
  const cluster = new MemoryCluster();
  return Promise.resolve(clusterOf(() => new MemoryEngine(cluster)));
});

describe('with one Redis server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.close());

  describeEngine('RedisEngine', () => {
    const prefix = nextPrefix();
    return Promise.resolve(clusterOf(() => new RedisEngine({ url: redis.url, prefix })));
  });
});

describe('with a Redis Cluster of three masters', () => {
  let servers: RedisClusterServers;
  beforeAll(async () => {
    servers = await RedisClusterServers.start(3);
  });
  afterAll(() => servers.close());

  describeEngine('RedisEngine', () => {
    const prefix = nextPrefix();
    const nodes = servers.addresses.slice(0, 1);
    return Promise.resolve(clusterOf(() => new RedisEngine({ cluster: { nodes }, prefix })));
  });
});
