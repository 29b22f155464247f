import fc from 'fast-check';
import { it } from 'vitest';
import { holds, steps } from '../support/delivery-model/run.js';
import { inRedis } from '../support/delivery-model/system.js';

/** More by hand: `PUSH_MODEL_RUNS=100 npx vitest run delivery-model`. */
const numRuns = Number(process.env.PUSH_MODEL_RUNS ?? 5);

it('every device gets every retained message once, in order, or is told, in Redis', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (plan) => holds(inRedis, plan)),
    { numRuns, endOnFailure: true },
  );
}, 3_600_000);
