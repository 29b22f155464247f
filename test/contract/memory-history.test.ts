import { MemoryCluster } from '../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { historyClusterOf } from '../support/history-node.js';
import { describeHistory } from './history.contract.js';

describeHistory('MemoryHistory', (options) => {
  const cluster = new MemoryCluster();
  return historyClusterOf(() => new MemoryEngine(cluster), options);
});
