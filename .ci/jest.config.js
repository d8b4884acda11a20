/** How jest runs the TypeScript: native ES modules, types stripped by swc, three processes for two cores: tests wait a lot. */
import { availableParallelism } from 'node:os';

export default {
  rootDir: '..',
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/.ci/jest-setup.js'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  reporters: ['default', '<rootDir>/.ci/engine-lists-reporter.js'],
  // A machine that does something else meanwhile is no failure; a test that hangs is.
  testTimeout: 60_000,
};
