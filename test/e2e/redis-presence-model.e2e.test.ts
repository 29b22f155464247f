import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { beforeAll, it } from 'vitest';
import { NODES, PresenceWorld, UIDS, type Chapter, type Fault } from '../support/presence-world.js';

/** By hand, for longer: `PRESENCE_SECONDS=600 npx vitest run test/e2e/redis-presence-model`. */
const SECONDS = Number(process.env.PRESENCE_SECONDS ?? 20);
const SEED = process.env.PRESENCE_SEED ? Number(process.env.PRESENCE_SEED) : undefined;

const node = fc.nat(NODES - 1);
const uid = fc.nat(UIDS - 1);
const key = fc.constantFrom('uids', 'nodes', 'state', 'node:*', 'conns:u0', 'conns:u1', 'conns:u2');
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'nothing' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      data: fc.constant('none' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      data: fc.constant('old' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('evict' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refuse' as const),
      why: fc.constantFrom('memory' as const, 'replicas' as const, 'disk' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'stall' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sever' as const), node }) },
);
const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('come' as const), node, uid }),
    fc.record({ kind: fc.constant('go' as const), index: fc.nat(1_000) }),
  ),
  { maxLength: 12 },
);
const chapter: fc.Arbitrary<Chapter> = fc.record({
  fault,
  // At once, hardly noticed, noticed, longer than a lease.
  lasts: fc.constantFrom(0, 0, 60, 300, 800, 1_400),
  before: moves,
  during: moves,
  after: moves,
});

beforeAll(() => Logger.overrideLogger(false));

async function play(chapters: readonly Chapter[]): Promise<void> {
  const world = await PresenceWorld.start();
  try {
    for (const each of chapters) await world.play(each);
    await world.settle();
    const faults = world.faults();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    await world.stop();
  }
}

it(
  'whatever happens to Redis, presence is right afterwards and the sum of events is, too',
  async () => {
    const property = fc.asyncProperty(fc.array(chapter, { minLength: 1, maxLength: 6 }), play);
    const end = performance.now() + SECONDS * 1_000;
    let runs = 0;
    do {
      const result = await fc.check(property, { seed: SEED, numRuns: 1, endOnFailure: true });
      runs++;
      if (!result.failed) continue;
      const { seed, errorInstance, counterexample } = result;
      const story = JSON.stringify(counterexample?.[0]);
      throw new Error(`Seed ${seed}: ${(errorInstance as Error).message}\n${story}`);
    } while (performance.now() < end);
    if (process.env.PRESENCE_SECONDS) console.log(`${runs} runs`);
  },
  SECONDS * 1_000 + 60_000,
);
