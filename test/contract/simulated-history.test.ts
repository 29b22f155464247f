import { SimulatedNetwork } from '../../src/testing/cluster/simulated-network.js';
import { historyClusterOf } from '../support/history-node.js';
import { describeHistory } from './history.contract.js';

describeHistory('SimulatedHistory', (options) => {
  const network = new SimulatedNetwork();
  return historyClusterOf(() => network.newEngine(), options);
});
