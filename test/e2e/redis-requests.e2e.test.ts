import { describe } from 'vitest';
import { useRedisCluster } from '../support/use-cluster.js';
import { describeRequests } from './requests/answers.js';
import { describeResponses } from './requests/responses.js';

describe('requests over Redis', () => {
  const cluster = useRedisCluster();
  describeRequests(cluster);
  describeResponses(cluster);
});
