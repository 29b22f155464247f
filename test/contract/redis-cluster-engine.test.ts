import { afterAll, beforeAll } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { clusterOf } from '../support/engine-cluster.js';
import { RedisClusterServers } from '../support/redis-server.js';
import { PATIENT } from '../support/use-redis.js';
import { describeEngine } from './engine.contract.js';

let servers: RedisClusterServers;
beforeAll(async () => {
  servers = await RedisClusterServers.start(3);
});
afterAll(() => servers.close());
let prefixes = 0;

describeEngine('RedisEngine with a Redis Cluster of three masters', () => {
  // Every cluster of nodes has the same Redis, and a prefix of its own.
  const prefix = `test${++prefixes}`;
  const nodes = servers.addresses.slice(0, 1);
  return Promise.resolve(
    clusterOf(() => new RedisEngine({ ...PATIENT, cluster: { nodes }, prefix })),
  );
});
