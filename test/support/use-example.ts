import { afterAll, afterEach, beforeAll } from 'vitest';
import { startExample, type Example } from './example.js';
import { useClients } from './use-app.js';

/** Starts examples for a test; they and their clients end with it. */
export function useExamples(): typeof startExample {
  const running: Example[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((example) => example.stop()));
  });
  useClients();
  return async (env) => {
    const example = await startExample(env);
    running.push(example);
    return example;
  };
}

/** One example for all tests of a file, there when they run; its clients end with each test. */
export function useSharedExample(env?: Record<string, string>): Pick<Example, 'url' | 'http'> {
  let example: Example;
  beforeAll(async () => {
    example = await startExample(env);
  });
  afterAll(() => example.stop());
  useClients();
  return {
    get url() {
      return example.url;
    },
    get http() {
      return example.http;
    },
  };
}
