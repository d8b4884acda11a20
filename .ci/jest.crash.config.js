/** How jest runs the crash suite: each file starts and kills processes of its own and waits a lot; minutes, not seconds. */
import unit from './jest.config.js';

export default {
  ...unit,
  maxWorkers: 2,
  testSequencer: '<rootDir>/.ci/longest-first.js',
  testMatch: ['<rootDir>/test/crash/**/*.crash.ts'],
  globalSetup: '<rootDir>/test/crash/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/crash/support/global-teardown.ts',
  reporters: ['default'],
  testTimeout: 1_800_000,
};
