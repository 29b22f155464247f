import { RedisEngine } from '../../src/engine/redis/index.js';
import { clusterOf } from '../support/engine-cluster.js';
import { PATIENT, useSharedRedis } from '../support/use-redis.js';
import { describeEngine } from './engine.contract.js';

const redis = useSharedRedis();
let prefixes = 0;

describeEngine('RedisEngine with one server', () => {
  // Every cluster of nodes has the same Redis, and a prefix of its own.
  const prefix = `test${++prefixes}`;
  return Promise.resolve(clusterOf(() => new RedisEngine({ ...PATIENT, url: redis.url, prefix })));
});
