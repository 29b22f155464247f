import { describe } from 'vitest';
import { useRedisCluster } from '../support/use-cluster.js';
import { describeRepeats } from './idempotency/repeats.js';

describe('an idempotency key over Redis', () => {
  describeRepeats(useRedisCluster({ push: { history: {} } }));
});
