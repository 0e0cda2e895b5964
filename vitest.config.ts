import { defineConfig } from 'vitest/config';
import { WaitingFirst } from './packages/testkit/src/waiting-first.ts';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./packages/testkit/src/global-setup.ts'],
    reporters: ['default', './packages/testkit/src/summary-reporter.ts'],
    sequence: { sequencer: WaitingFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the real servers behind the tests compete.
    maxWorkers: 2,
  },
});
