import { defineConfig } from 'vitest/config';
import shared from '../../vitest.config.js';
import { ScenarioReporter } from './scenario-reporter.js';

process.env['CHAOS_ROUNDS'] ??= '20';

/** `make chaos`: every scenario, as often as it takes to meet the rare orders of things, one file after the other. */
export default defineConfig({
  resolve: { ...shared.resolve },
  test: {
    name: 'chaos',
    root: new URL('../..', import.meta.url).pathname,
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    include: [
      'test/resilience/**/*.{e2e,chaos}.spec.ts',
      'test/e2e/registration/customer-verified.e2e.spec.ts',
      'test/e2e/messaging/{kafka-source,publishers}.e2e.spec.ts',
      'test/e2e/customers/import-export.e2e.spec.ts',
      'libs/messaging/src/{inbox,relay,subscribers}/**/*.int.spec.ts',
      'libs/messaging/src/publishers/{rabbitmq,s3}/**/*.int.spec.ts',
    ],
    runner: 'test/resilience/repeating-runner.ts',
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // A line for each test as it ends: all of it takes hours.
    reporters: ['verbose', new ScenarioReporter()],
  },
});
