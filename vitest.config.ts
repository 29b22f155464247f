import { defineConfig } from 'vitest/config';

/** Programs with processes of their own: the example, installations, browsers. */
const PROGRAMS = [
  'admin-page',
  'documents',
  'example-*',
  'nest-add',
  'other-clients',
  'packaging',
  'published-types',
  'soak',
  'workerman',
];

const programs = PROGRAMS.map((name) => `test/e2e/${name}.e2e.test.ts`);
const redis = [
  'test/e2e/redis-*.test.ts',
  'test/contract/redis-*.test.ts',
  'test/examples/{bullmq,cli}/*.test.ts',
];

/**
 * Files that run at the same time as each other, and at no other time: what takes several
 * processors for itself must not let leases of Redis nodes run out.
 */
const together = (name: string, groupOrder: number, files: object) => ({
  extends: true as const,
  test: { name, sequence: { groupOrder }, ...files },
});

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    setupFiles: ['reflect-metadata'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    maxWorkers: '100%',
    // Tests put back what they change, so files need not load everything anew.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    // Sockets, Redis and a browser are real and the machine may be slow; tests wait for events.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    projects: [
      together('here', 1, { include: ['test/**/*.test.ts'], exclude: [...programs, ...redis] }),
      together('redis', 2, { include: redis }),
      together('programs', 3, { include: programs }),
    ],
  },
});
