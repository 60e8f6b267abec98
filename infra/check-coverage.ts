/**
 * The coverage rule: every documented (operation, status) was seen by some test, and nothing undocumented was.
 * Usage: node infra/check-coverage.ts <file of JSON lines written by packages/testing>
 */
import { readFileSync } from 'node:fs';
import { allOperations } from '@pcft/contracts';
import { coverageFindings } from './contracts/coverage-rule.ts';
import type { CoverageLine } from '@pcft/testing';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node infra/check-coverage.ts <coverage file>');
  process.exit(2);
}
const lines = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as CoverageLine);
const { documented, missing, undocumented } = coverageFindings(allOperations, lines);
for (const pair of missing) console.error(`no test has produced ${pair}`);
for (const pair of undocumented) console.error(`not documented, but answered: ${pair}`);
console.log(
  `contract coverage: ${String(documented - missing.length)} of ${String(documented)} documented answers were seen`,
);
process.exitCode = missing.length + undocumented.length === 0 ? 0 : 1;
