import { defineConfig } from 'vitest/config';

/** Files that hold what they measure against a promise: beside others they would measure those. */
const alone = ['spec/client/web/page/{large,live}.spec.ts', 'spec/system/{login-flood,web-viewers}.spec.ts'];

const each = {
  // zeromq's sockets cannot live in worker threads (Z16).
  pool: 'forks' as const,
  // One process runs many files: loading every module anew for each of them took a third of the time.
  isolate: false,
  setupFiles: ['spec/support/state-folder.ts'],
  testTimeout: 60_000,
  // A second is too little where three files share two cores.
  expect: { poll: { timeout: 10_000 } },
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ['spec/support/build.ts', 'spec/support/postgres.ts'],
    reporters: ['default', './spec/support/reporter.ts'],
    projects: [
      {
        test: {
          ...each,
          name: 'together',
          include: ['spec/**/*.spec.ts'],
          exclude: alone,
          // One more than CI has cores: many files wait for servers and clocks more than they compute. Two more gain nothing.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...each, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
