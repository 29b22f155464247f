import { afterAll, beforeAll } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { historyClusterOf } from '../support/history-node.js';
import { RedisClusterServers } from '../support/redis-server.js';
import { PATIENT } from '../support/use-redis.js';
import { describeHistory } from './history.contract.js';

const SHARDS = 16;

let servers: RedisClusterServers;
beforeAll(async () => {
  servers = await RedisClusterServers.start(3);
});
afterAll(() => servers.close());
let prefixes = 0;

describeHistory(
  'RedisHistory with a Redis Cluster of three masters',
  (options) => {
    // Every cluster of nodes has the same Redis, and a prefix of its own.
    const prefix = `test${++prefixes}`;
    const cluster = { nodes: servers.addresses.slice(0, 1) };
    const engine = { ...PATIENT, cluster, prefix, shards: SHARDS };
    return historyClusterOf(() => new RedisEngine(engine), options);
  },
  SHARDS,
);
