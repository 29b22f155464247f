import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['reflect-metadata'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Sockets, Redis and a browser are real and the machine may be slow; tests wait for events.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
