// Pure rules, beside their source; no engine is needed.
export default {
  testEnvironment: 'node',
  maxWorkers: 2,
  // Some start processes, on machines that do other things as well.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: [
    '<rootDir>/{packages,services,infra}/**/src/**/*.test.ts',
    '<rootDir>/infra/**/*.test.ts',
    '<rootDir>/gateway/src/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/generated/', '/.data/', '/.cache/'],
  modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/.cache'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
