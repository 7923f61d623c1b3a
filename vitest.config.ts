import { defineConfig } from 'vitest/config';

/**
 * unit: no I/O. integration: a real PostgreSQL (one a run, a database a file). hosts: inside workerd and Node.
 * e2e: the running thing with real kubectl, Docker and iptables, one file after the other: they share the machine.
 * long: `npm run test:long`, no part of `npm test`: what takes many minutes.
 */
export default defineConfig({
  test: {
    projects: [
      // Those that read all of the source take seconds where two suites share a core.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['test/hosts/**/*.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts', 'test/support/bundles-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts'],
          fileParallelism: false,
          testTimeout: 7_200_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/machine-setup.ts', 'test/support/postgres-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
