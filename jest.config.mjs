// Against the whole running suite, started by `npm test` (PCFT_STACK).
const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/.cache'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
const ignored = ['/node_modules/', '/generated/', '/.data/', '/.cache/'];
const roots = ['{services,packages}/*/test', 'gateway/test', 'test'];
const testMatch = (pattern) => roots.map((root) => `<rootDir>/${root}/${pattern}`);

export default {
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [
    {
      ...project,
      displayName: 'side by side',
      globals: { besideOthers: true },
      testMatch: testMatch('**/*.test.ts'),
      testPathIgnorePatterns: [...ignored, '/faults/'],
    },
    {
      ...project,
      // They freeze, stop and lock what all share: one at a time, when the others are done.
      displayName: 'faults',
      runner: '<rootDir>/infra/checks/serial-runner.mjs',
      testMatch: testMatch('faults/**/*.test.ts'),
      testPathIgnorePatterns: ignored,
    },
  ],
};
