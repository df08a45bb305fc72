import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['spec/**/*.spec.ts'],
    // zeromq's sockets cannot live in worker threads (Z16).
    pool: 'forks',
    // One more than CI has cores: many files wait for servers and clocks more than they compute. Two more gain nothing.
    maxWorkers: 3,
    // One process runs many files: loading every module anew for each of them took a third of the time.
    isolate: false,
    setupFiles: ['spec/support/state-folder.ts'],
    globalSetup: ['spec/support/build.ts', 'spec/support/postgres.ts'],
    reporters: ['default', './spec/support/reporter.ts'],
    testTimeout: 30_000,
    // A second is too little where three files share two cores.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
  },
});
