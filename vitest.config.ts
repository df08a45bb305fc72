import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['spec/**/*.spec.ts'],
    // zeromq's sockets cannot live in worker threads (Z16).
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['spec/support/postgres.ts'],
    reporters: ['default', './spec/support/reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
