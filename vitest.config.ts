import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import pkg from './package.json' with { type: 'json' };
import MixedSequencer from './test/support/mixed-sequencer.js';

// An alias, not resolve.conditions: it also reaches globalSetup files, and conditions break require('pg').
const alias = Object.entries(pkg.imports).map(([name, target]) => ({
  find: new RegExp(`^${name}$`),
  replacement: fileURLToPath(new URL(target.source, import.meta.url)),
}));

/** What is about the use of the processors is asked when nothing else runs. */
const ALONE = ['**/hash-load.int.spec.ts'];

export default defineConfig({
  resolve: { alias },
  test: {
    environment: 'node',
    pool: 'forks',
    // Two more than most machines that run this have processors: much of it is waiting.
    maxWorkers: 4,
    sequence: { sequencer: MixedSequencer },
    // Times and races on a shared machine: CI asks again before it says no, and its report tells of every retry.
    retry: process.env['CI'] ? 2 : 0,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,libs,test}/**/*.spec.ts'],
          exclude: ['**/*.int.spec.ts', '**/*.e2e.spec.ts', '**/*.chaos.spec.ts'],
          // Most of a unit run is loading the frameworks: once per worker, not once per file.
          isolate: false,
          // Properties are asked hundreds of times, beside whatever else a machine does.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{apps,libs,test}/**/!(hash-load).int.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          // As above.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // What depends most on the database, once more on another one. All of it: TEST_DATABASE=mariadb make test-e2e
          name: 'mariadb',
          env: { TEST_DATABASE: 'mariadb' },
          include: ['test/e2e/customers/lifecycle.e2e.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/resilience/*.chaos.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
