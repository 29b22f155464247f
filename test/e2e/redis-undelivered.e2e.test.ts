import { describe } from 'vitest';
import { useRedisCluster } from '../support/use-cluster.js';
import { describeUndelivered } from './undelivered/handed-over.js';

describe('undelivered messages over Redis', () => {
  describeUndelivered(useRedisCluster({ push: { history: { undeliveredInterval: 20 } } }));
});
