/** How jest runs the browser suite: the console of a whole service, in Debian's chromium. */
import unit from './jest.config.js';

export default {
  ...unit,
  testMatch: ['<rootDir>/test/browser/**/*.browser.ts'],
  globalSetup: '<rootDir>/test/browser/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/browser/support/global-teardown.ts',
  reporters: ['default'],
  testTimeout: 30_000,
};
