import type { PushException } from '../../src/index.js';

/** The error code of a call that must fail, and how many milliseconds it took to come. */
export async function failure(call: () => unknown): Promise<{ code: string; took: number }> {
  const began = performance.now();
  try {
    await call();
  } catch (error) {
    return { code: (error as PushException).code, took: performance.now() - began };
  }
  throw new Error('The call should have failed.');
}
