import { afterEach, beforeEach } from 'vitest';
import type { ConnectionLimit } from '../../../src/engine/engine.js';
import type { EngineNode } from '../../support/engine-node.js';

/** A cluster of one engine implementation. */
export interface EngineCluster {
  /** Starts one more node. */
  addNode(limit?: ConnectionLimit): Promise<EngineNode>;
  /** Stops every node that still runs. */
  stop(): Promise<void>;
}

/** A cluster of its own for each test: three nodes, and as many more as the test adds. */
export interface ThreeNodes extends Pick<EngineCluster, 'addNode'> {
  readonly a: EngineNode;
  readonly b: EngineNode;
  readonly c: EngineNode;
}

export function useThreeNodes(makeCluster: () => Promise<EngineCluster>): ThreeNodes {
  let cluster: EngineCluster;
  let [a, b, c]: EngineNode[] = [];
  beforeEach(async () => {
    cluster = await makeCluster();
    [a, b, c] = await Promise.all([cluster.addNode(), cluster.addNode(), cluster.addNode()]);
  });
  afterEach(() => cluster.stop());
  return {
    addNode: (limit) => cluster.addNode(limit),
    get a() {
      return a;
    },
    get b() {
      return b;
    },
    get c() {
      return c;
    },
  };
}
