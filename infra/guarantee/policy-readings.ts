import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { rootFolder } from '../root-folder.ts';

const mutants = ['first-match-wins', 'forgets-conditions', 'admin-is-owner'];

interface Comparison {
  name: string;
  cases: number;
  yes: number;
  differ: number;
  example: string | null;
}

/**
 * Guarantee 7. The policy engine, and the compilation of scopes and kinds, against an independent reading of the rules.
 * Options: `--cases 1000000` of statements and layers, and as many of scopes and kinds; `--seed` (a new one each time);
 * `--sabotage` compares engines with one mistake each, all of which have to be seen.
 *
 * @returns whether nothing differed; under sabotage, whether every mistake was found
 */
export async function provePolicyReadings(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  if (values.sabotage) return await findMutants(seed);
  // Half of what a process compares are decisions, half are compilations.
  const processes = availableParallelism();
  const each = Math.ceil((2 * Number(values.cases)) / processes);
  console.log(`seed ${String(seed)}: ${String(processes)} processes, the n-th with seed + n`);
  const runs = await Promise.all(Array.from({ length: processes }, (_, n) => readings(each, seed + n)));
  const totals = merge(runs.flat());
  for (const { name, cases, yes, differ } of totals)
    console.log(
      `  ${name.padEnd(11)} ${String(cases).padStart(8)} cases, ${percent(yes, cases)} allowed, ${String(differ)} differ`,
    );
  for (const { name, example } of totals) if (example !== null) console.log(`  ! ${name}: ${example}`);
  return totals.every(({ differ, yes, cases }) => differ === 0 && yes > cases / 100 && yes < cases * 0.99);
}

async function findMutants(seed: number): Promise<boolean> {
  const found = await Promise.all(
    mutants.map(async (mutant) => {
      const comparisons = await readings(20_000, seed, mutant);
      const differ = comparisons.reduce((sum, one) => sum + one.differ, 0);
      console.log(`  an engine that ${mutant.replaceAll('-', ' ')}: ${String(differ)} of 20000 cases differ`);
      return differ > 0;
    }),
  );
  return found.every(Boolean);
}

async function readings(cases: number, seed: number, mutant?: string): Promise<Comparison[]> {
  const script = join(rootFolder, 'packages', 'policy', 'test', 'compare-readings.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    String(cases),
    String(seed),
    ...(mutant === undefined ? [] : [mutant]),
  ]);
  return (JSON.parse(stdout) as { comparisons: Comparison[] }).comparisons;
}

function merge(all: readonly Comparison[]): Comparison[] {
  const byName = new Map<string, Comparison>();
  for (const one of all) {
    const sum = byName.get(one.name);
    byName.set(
      one.name,
      sum
        ? {
            ...one,
            cases: sum.cases + one.cases,
            yes: sum.yes + one.yes,
            differ: sum.differ + one.differ,
            example: sum.example ?? one.example,
          }
        : one,
    );
  }
  return [...byName.values()];
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
