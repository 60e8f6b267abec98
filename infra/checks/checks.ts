import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../root-folder.ts';

export interface Check {
  name: string;
  /** A Node script below the root, and its arguments. */
  args: string[];
}

const packageScript = (...path: string[]): string => join('node_modules', ...path);

/** Where code lives; a folder may come later. */
const sources = ['services', 'gateway', 'packages', 'infra', 'test', 'bench'].filter((folder) =>
  existsSync(join(rootFolder, folder)),
);

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
      ...['--config', '.dependency-cruiser.mjs', ...sources],
    ],
  },
  { name: 'contract drift', args: [join('infra', 'check-contracts.ts')] },
  { name: 'migration drift', args: [join('infra', 'check-migrations.ts')] },
];
