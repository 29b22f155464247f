import type { Engine } from '../../src/engine/engine.js';
import type { EngineCluster } from '../contract/engine/cluster.js';
import { EngineNode } from './engine-node.js';

/** A cluster whose nodes each get an engine from `makeEngine`. */
export function clusterOf(makeEngine: () => Engine): EngineCluster {
  const nodes: EngineNode[] = [];
  return {
    async addNode(limit) {
      const node = new EngineNode(makeEngine(), limit);
      nodes.push(node);
      return node.start();
    },
    async stop() {
      for (const node of nodes) if (!node.stopped) await node.stop();
    },
  };
}
