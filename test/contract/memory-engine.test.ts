import { MemoryCluster } from '../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { clusterOf } from '../support/engine-cluster.js';
import { describeEngine } from './engine.contract.js';

describeEngine('MemoryEngine', () => {
  const cluster = new MemoryCluster();
  return Promise.resolve(clusterOf(() => new MemoryEngine(cluster)));
});
