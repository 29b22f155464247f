import { SimulatedNetwork } from '../../src/testing/cluster/simulated-network.js';
import { clusterOf } from '../support/engine-cluster.js';
import { describeEngine } from './engine.contract.js';

describeEngine('SimulatedEngine', () => {
  const network = new SimulatedNetwork();
  return Promise.resolve(clusterOf(() => network.newEngine()));
});
