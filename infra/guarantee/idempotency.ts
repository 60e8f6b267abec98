import { parseArgs } from 'node:util';
import { allOperations } from '@pcft/contracts';
import {
  connectSuite,
  createWorld,
  holds,
  measureCrashes,
  measureIdempotency,
  readStackFile,
  type CrashReport,
  type IdempotencyReport,
  type Suite,
} from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';

/**
 * Guarantee 20, for every operation that takes a key, against two processes of its service and the gateway. Options:
 * `--calls 50` at once, `--kills 12` of a process with `--at-once 20` keyed calls each, and `--sabotage`, which counts
 * keys that differ as one: the run then has to find many effects, or its silence means nothing.
 *
 * @returns whether the promise held; under sabotage, whether the breach was seen
 */
export async function proveIdempotency(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string', default: '50' },
      kills: { type: 'string', default: '12' },
      'at-once': { type: 'string', default: '20' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  return withStack({ log: console.log }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const reports = await sameKeyAtOnce(suite, Number(values.calls), values.sabotage);
      if (values.sabotage) return reports.every((report) => !holds(report) && report.effects > 1);
      const crashes = await killed(suite, Number(values.kills), Number(values['at-once']));
      return crashes && reports.every(holds);
    } finally {
      await suite.close();
    }
  });
}

async function sameKeyAtOnce(suite: Suite, calls: number, sabotage: boolean): Promise<IdempotencyReport[]> {
  const world = await createWorld(suite);
  const operations = allOperations.filter(({ idempotent }) => idempotent);
  const seconds = new Map<string, string>();
  for (const service of new Set(operations.map((operation) => operation.service)))
    seconds.set(service, (await suite.control.startInstance(service)).url);
  console.log(
    `\n${String(calls)} calls at once with one key, in turn to two processes and the gateway; then again, then changed`,
  );
  console.log('  operation              done  repeated  409   again  changed 422  answers  effects');
  const reports: IdempotencyReport[] = [];
  for (const operation of operations) {
    const second = seconds.get(operation.service) as `http${string}`;
    const report = await measureIdempotency(suite, world, operation, {
      calls,
      origins: ['service', second, 'gateway'],
      sabotage,
    });
    print(report);
    reports.push(report);
  }
  return reports;
}

function print(report: IdempotencyReport): void {
  const { operationId, parallel, later, changed, answers, effects, unexpected } = report;
  const columns = [
    operationId.padEnd(21),
    String(parallel.done).padStart(5),
    String(parallel.replayed).padStart(9),
    String(parallel.inUse).padStart(4),
    `${String(later.replayed)}/${String(later.calls)}`.padStart(7),
    `${String(changed.refused)}/${String(changed.calls)}`.padStart(12),
    String(answers).padStart(8),
    String(effects).padStart(8),
  ];
  console.log(`  ${columns.join(' ')}${holds(report) ? '' : '  BROKEN'}`);
  for (const text of unexpected.slice(0, 5)) console.log(`  ! ${text}`);
}

async function killed(suite: Suite, kills: number, atOnce: number): Promise<boolean> {
  const world = await createWorld(suite);
  console.log(`\n${String(kills)} processes killed, each with ${String(atOnce)} keyed calls under way`);
  const report = await measureCrashes(suite, world, {
    kills,
    atOnce,
    onProgress: (done) => (done % 4 === 0 ? console.log(`  ${String(done)} killed`) : undefined),
  });
  printCrashes(report);
  // Without calls that were cut off nothing was tried.
  return report.violations.length === 0 && report.calls > report.answered;
}

function printCrashes({ calls, answered, replayed, doneLater, answerLost, violations }: CrashReport): void {
  console.log(`  ${String(calls)} calls, of these ${String(answered)} answered before the kill`);
  console.log(
    `  sent again: ${String(replayed)} told the kept answer, ${String(doneLater)} done now, ` +
      `${String(answerLost)} told that it was done; not exactly once: ${String(violations.length)}`,
  );
  for (const text of violations.slice(0, 10)) console.log(`  ! ${text}`);
}
