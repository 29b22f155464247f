import { afterEach, beforeEach, expect } from 'vitest';
import type { JsonClient } from './client.js';
import type { TestApp } from './use-app.js';

/**
 * The client `witness` looks on during each test. Whatever the test has done: in the end the
 * process and this connection are unharmed, and it has got nothing.
 */
export function useWitness(app: TestApp): void {
  let witness: JsonClient;
  beforeEach(async () => {
    witness = await app.json('witness');
  });
  afterEach(async () => {
    await app.push.sendToUid('witness', 'unharmed');
    expect(await witness.settledData()).toEqual(['unharmed']);
  });
}
