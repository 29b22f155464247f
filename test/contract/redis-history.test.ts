import { RedisEngine } from '../../src/engine/redis/index.js';
import { historyClusterOf } from '../support/history-node.js';
import { PATIENT, useSharedRedis } from '../support/use-redis.js';
import { describeHistory } from './history.contract.js';

const redis = useSharedRedis();
let prefixes = 0;

describeHistory('RedisHistory with one server', (options) => {
  // Every cluster of nodes has the same Redis, and a prefix of its own.
  const prefix = `test${++prefixes}`;
  return historyClusterOf(() => new RedisEngine({ ...PATIENT, url: redis.url, prefix }), options);
});
