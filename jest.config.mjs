// Against the whole running suite, started by `npm test` (PCFT_STACK). One worker: some suites freeze processes.
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: [
    '<rootDir>/{services,packages}/*/test/**/*.test.ts',
    '<rootDir>/gateway/test/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/generated/', '/.data/', '/.cache/'],
  modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/.cache'],
  maxWorkers: 1,
  testTimeout: 30_000,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
