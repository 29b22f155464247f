import { afterEach, beforeEach } from 'vitest';
import { MemoryCluster, MemoryEngine, type Engine } from '../../src/index.js';
import { RedisEngine, type RedisEngineOptions } from '../../src/engine/redis/index.js';
import type { AppOptions } from './app.js';
import type { JsonClient } from './client.js';
import { until } from './until.js';
import { TestApp, useClients } from './use-app.js';
import { PATIENT, useSharedRedis } from './use-redis.js';

/** Applications that are nodes of one system; they and their clients end with the test. */
export interface ClusterUnderTest {
  /** Starts one more node, with these options beside those of the cluster. */
  readonly start: (options?: AppOptions) => Promise<TestApp>;
  /** Starts so many nodes. */
  readonly nodes: (count: number) => Promise<TestApp[]>;
  /** A json client of the uid on each of these nodes; every node knows of all of them. */
  readonly devices: (uid: string, ...on: TestApp[]) => Promise<JsonClient[]>;
  /** Waits until every node knows of so many connections of the uid. */
  readonly present: (uid: string, count: number) => Promise<void>;
}

export function useMemoryCluster(defaults: AppOptions = {}): ClusterUnderTest {
  let cluster: MemoryCluster;
  beforeEach(() => {
    cluster = new MemoryCluster();
  });
  return useCluster(() => new MemoryEngine(cluster), defaults);
}

export function useRedisCluster(
  defaults: AppOptions = {},
  options: RedisEngineOptions = {},
): ClusterUnderTest {
  const redis = useSharedRedis();
  let tests = 0;
  beforeEach(() => {
    tests += 1;
  });
  const engine = () =>
    new RedisEngine({ ...PATIENT, url: redis.url, prefix: `test${tests}`, ...options });
  return useCluster(engine, defaults);
}

function useCluster(makeEngine: () => Engine, defaults: AppOptions): ClusterUnderTest {
  const apps: TestApp[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });
  useClients();
  const start = async (options: AppOptions = {}): Promise<TestApp> => {
    const push = { engine: makeEngine(), ...defaults.push, ...options.push };
    const app = new TestApp({ ...defaults, ...options, push });
    apps.push(app);
    await app.start();
    return app;
  };
  const present = async (uid: string, count: number): Promise<void> => {
    for (const { push } of apps) {
      await until(`${uid} has ${count} connections`, async () => {
        return (await push.connectionsOf(uid)).length === count;
      });
    }
  };
  return {
    start,
    present,
    devices: async (uid, ...on) => {
      const clients = await Promise.all(on.map((app) => app.json(uid)));
      await present(uid, clients.length);
      return clients;
    },
    nodes: (count) => Promise.all(Array.from({ length: count }, () => start())),
  };
}
