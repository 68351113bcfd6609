import { shared } from './jest.config.js';

/** The story and the failures, against the three stacks deployed on the emulator: started once, on free ports, in a directory of its own. */
export default {
  ...shared,
  testMatch: ['<rootDir>/tests/acceptance/**/*.test.ts'],
  globalSetup: '<rootDir>/tests/support/start-stack.ts',
  globalTeardown: '<rootDir>/tests/support/stop-stack.ts',
  testSequencer: '<rootDir>/tests/support/last-permissions.js',
  testTimeout: 120_000,
};
