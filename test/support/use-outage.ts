import { afterEach, beforeEach } from 'vitest';
import type { EngineNode } from './engine-node.js';
import type { RedisServer } from './redis-server.js';
import { useNodes, useRedis, type NodesUnderTest } from './use-redis.js';

/** Calls fail after so many milliseconds without an answer. */
export const COMMAND_TIMEOUT = 600;

/** Two nodes, and the Redis that is taken from them. */
export interface Outage {
  readonly redis: RedisServer;
  readonly nodes: NodesUnderTest;
  readonly a: EngineNode;
  readonly b: EngineNode;
  /** After a loss of data any node may be the one that tells of it. */
  readonly onlineSomewhere: (uid: string) => Promise<unknown>;
}

/** Both nodes, and their Redis, are there before each test and gone after it. */
export function useOutage(): Outage {
  const redis = useRedis();
  const nodes = useNodes(() => ({
    url: redis.url,
    prefix: 'outage',
    leaseTime: 1_200,
    commandTimeout: COMMAND_TIMEOUT,
  }));
  beforeEach(async () => {
    await nodes.start();
    await nodes.start();
  });
  // A paused server would hold up the nodes that stop.
  afterEach(() => redis.resume());
  return {
    redis,
    nodes,
    get a() {
      return nodes.all[0];
    },
    get b() {
      return nodes.all[1];
    },
    onlineSomewhere: (uid) => Promise.race(nodes.all.map((node) => node.waitForOnline(uid))),
  };
}
