import { describe } from 'vitest';
import { RedisEngine } from '../../src/engine/redis/index.js';
import { MemoryCluster, MemoryEngine, type PushHistoryOptions } from '../../src/index.js';
import type { AppOptions } from './app.js';
import { useApp, type TestApp } from './use-app.js';
import { PATIENT, useSharedRedis } from './use-redis.js';

/** Two nodes of one system, each an application of its own. They start when they are needed. */
export interface TwoNodes {
  readonly a: TestApp;
  readonly b: TestApp;
  /** Starts both, with these options of the history, and others, beside the test's own. */
  start(history?: PushHistoryOptions, more?: AppOptions): Promise<void>;
}

/** Runs the tests on two nodes with each store that the package has. */
export function describeOnEachStore(
  name: string,
  history: PushHistoryOptions,
  tests: (nodes: TwoNodes) => void,
): void {
  describe(`${name}, in memory`, () => {
    let cluster = new MemoryCluster();
    tests(
      nodesOf(
        () => new MemoryEngine(cluster),
        () => (cluster = new MemoryCluster()),
        history,
      ),
    );
  });
  describe(`${name}, in Redis`, () => {
    const redis = useSharedRedis();
    let systems = 0;
    const engine = () =>
      new RedisEngine({ ...PATIENT, url: redis.url, prefix: `system${systems}` });
    tests(nodesOf(engine, () => systems++, history));
  });
}

function nodesOf(
  engine: () => MemoryEngine | RedisEngine,
  renew: () => unknown,
  history: PushHistoryOptions,
): TwoNodes {
  const [a, b] = [useApp(), useApp()];
  return {
    a,
    b,
    start: async (more = {}, others = {}) => {
      renew();
      const options = () => ({
        ...others,
        push: { engine: engine(), history: { ...history, ...more } },
      });
      await Promise.all([a.start(options()), b.start(options())]);
    },
  };
}
