/** How jest runs the crash suite: one file at a time, for each starts and kills processes of its own; minutes, not seconds. */
import unit from './jest.config.js';

export default {
  ...unit,
  testMatch: ['<rootDir>/test/crash/**/*.crash.ts'],
  globalSetup: '<rootDir>/test/crash/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/crash/support/global-teardown.ts',
  testTimeout: 1_800_000,
};
