import { join } from 'node:path';

export interface Check {
  name: string;
  /** A Node script below the root, and its arguments. */
  args: string[];
}

const packageScript = (...path: string[]): string => join('node_modules', ...path);

/** Everything that is checked without the suite running, the slowest first. */
export const checks: readonly Check[] = [
  { name: 'lint', args: [packageScript('eslint', 'bin', 'eslint.js'), '.'] },
  { name: 'types', args: [packageScript('typescript', 'bin', 'tsc'), '--noEmit'] },
  {
    name: 'formatting',
    args: [packageScript('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'boundaries',
    args: [
      packageScript('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
      ...['--config', '.dependency-cruiser.mjs', 'services', 'gateway', 'packages', 'infra'],
    ],
  },
  { name: 'contract drift', args: [join('infra', 'check-contracts.ts')] },
  { name: 'migration drift', args: [join('infra', 'check-migrations.ts')] },
];
