import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ConnectionLimit } from '../../src/engine/engine.js';
import { RedisEngine, type RedisEngineOptions } from '../../src/engine/redis/index.js';
import { EngineNode } from './engine-node.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

/**
 * For tests that are about something else: Redis shares a busy machine with what asks it, and may
 * take its time to answer a burst.
 */
export const PATIENT = { commandTimeout: 15_000 };

/** An empty Redis server for each test, there before it and gone after it. */
export function useRedis(): RedisServer {
  const redis = new RedisServer();
  beforeEach(() => redis.open());
  afterEach(() => redis.close());
  return redis;
}

/** One Redis server for all tests of a file or `describe`. */
export function useSharedRedis(): RedisServer {
  const redis = new RedisServer();
  beforeAll(() => redis.open());
  afterAll(() => redis.close());
  return redis;
}

export interface NodesUnderTest {
  /** Those that the test has started, in order. */
  readonly all: readonly EngineNode[];
  /** Starts one more, with these options beside those of `useNodes`. */
  readonly start: (options?: RedisEngineOptions, limit?: ConnectionLimit) => Promise<EngineNode>;
  readonly allUp: () => Promise<void>;
  readonly allDown: () => Promise<void>;
}

/** Nodes with patient engines of these options, asked for at each start; they stop with the test. */
export function useNodes(defaults: () => RedisEngineOptions = () => ({})): NodesUnderTest {
  // What an engine logs is right in an application and noise in a test.
  beforeAll(() => Logger.overrideLogger(false));
  const all: EngineNode[] = [];
  afterEach(async () => {
    const running = all.splice(0).filter(({ stopped }) => !stopped);
    await Promise.all(running.map((node) => node.stop()));
  });
  return {
    all,
    start: (options, limit) => {
      const node = new EngineNode(
        new RedisEngine({ ...PATIENT, ...defaults(), ...options }),
        limit,
      );
      all.push(node);
      return node.start();
    },
    allUp: () => until('every node is up', () => all.every(({ isUp }) => isUp)),
    allDown: () => until('no node is up', () => !all.some(({ isUp }) => isUp)),
  };
}
