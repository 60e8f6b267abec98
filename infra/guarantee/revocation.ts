import { parseArgs } from 'node:util';
import {
  connectSuite,
  createWorld,
  measureRevocations,
  readStackFile,
  revocationPhases,
  type RevocationReport,
  type Suite,
} from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';

/**
 * Guarantee 6. Options: `--revokes 200` per phase, `--at-once 5`, and `--sabotage`, which revokes other PATs than those
 * it tries: the run then has to find violations, or its silence means nothing.
 *
 * @returns whether the promise held; under sabotage, whether the breach was seen
 */
export async function proveRevocation(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      revokes: { type: 'string', default: '200' },
      'at-once': { type: 'string', default: '5' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  return withStack({ log: console.log }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      return await run(suite, {
        revokes: Number(values.revokes),
        atOnce: Number(values['at-once']),
        sabotage: values.sabotage,
      });
    } finally {
      await suite.close();
    }
  });
}

async function run(
  suite: Suite,
  options: { revokes: number; atOnce: number; sabotage: boolean },
): Promise<boolean> {
  const world = await createWorld(suite);
  const reports: RevocationReport[] = [];
  for (const phase of revocationPhases) {
    console.log(`\n${phase}: ${String(options.revokes)} revokes, ${String(options.atOnce)} at once`);
    const report = await measureRevocations(suite, world, { ...options, phase, onProgress: progress });
    print(report);
    reports.push(report);
  }
  if (options.sabotage) return reports.every(({ violations }) => violations.length > 0);
  return reports.every(
    (report) => report.violations.length === 0 && report.unexpected.length === 0 && proves(report),
  );
}

/** Silence is only a proof when the PATs were accepted before and tried afterwards. */
function proves({ revokes, acceptedBefore, refusedAfter }: RevocationReport): boolean {
  return acceptedBefore >= revokes && refusedAfter >= revokes;
}

function progress(done: number): void {
  if (done % 50 === 0) console.log(`  ${String(done)} revoked`);
}

function print(report: RevocationReport): void {
  const { calls, acceptedBefore, sentAfter, refusedAfter, unavailableAfter, brokenAfter } = report;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const { p50, p99, max } = report.revokeMs;
  console.log(
    `  calls ${String(calls)}, of these accepted before their revoke returned ${String(acceptedBefore)}`,
  );
  console.log(
    `  sent after it returned ${String(sentAfter)}: refused ${String(refusedAfter)}, unavailable ${String(unavailableAfter)}, ` +
      `connection lost ${String(brokenAfter)}, ACCEPTED ${String(report.violations.length)}`,
  );
  console.log(`  revoke time p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}`);
  for (const text of [...report.violations, ...report.unexpected].slice(0, 10)) console.log(`  ! ${text}`);
}
