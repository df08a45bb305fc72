import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['spec/**/*.spec.ts'],
    // zeromq's sockets cannot live in worker threads (Z16).
    pool: 'forks',
    maxWorkers: 2,
    // One process runs many files: loading every module anew for each of them took a third of the time.
    isolate: false,
    globalSetup: ['spec/support/page-build.ts', 'spec/support/postgres.ts'],
    reporters: ['default', './spec/support/reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
