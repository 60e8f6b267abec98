import { parseArgs } from 'node:util';
import {
  accessChanges,
  connectSuite,
  createWorld,
  measureRevocations,
  readStackFile,
  revocationPhases,
  type AccessChange,
  type RevocationPhase,
  type RevocationReport,
  type Suite,
} from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import { doubleSuite } from './doubled-suite.ts';

interface Sizes {
  readonly revokes: number;
  readonly phases: readonly RevocationPhase[];
  readonly others: number;
  readonly atOnce: number;
  readonly sabotage: boolean;
}

/**
 * Guarantee 6, on two processes of every service behind a gateway. Options: `--revokes 1000` over all phases together;
 * `--phase 'redis stopped'`, only this one of them (can be repeated);
 * `--others 10`, so many of each other change (disable, expire, demote, removal, service off) in every phase; `--at-once
 * 5`; `--sabotage`, which changes nothing: the run then has to find violations, or its silence means nothing.
 *
 * @returns whether the promise held; under sabotage, whether the breach was seen
 */
export async function proveRevocation(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      revokes: { type: 'string', default: '1000' },
      phase: { type: 'string', multiple: true, default: [...revocationPhases] },
      others: { type: 'string', default: '10' },
      'at-once': { type: 'string', default: '5' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const phases = revocationPhases.filter((phase) => values.phase.includes(phase));
  const unknown = values.phase.filter((phase) => !phases.some((known) => known === phase));
  if (unknown.length > 0) throw new Error(`no such phase: ${unknown.join(', ')}`);
  return withStack({ log: console.log }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      return await run(suite, {
        revokes: Number(values.revokes),
        phases,
        others: Number(values.others),
        atOnce: Number(values['at-once']),
        sabotage: values.sabotage,
      });
    } finally {
      await suite.close();
    }
  });
}

async function run(suite: Suite, { revokes, phases, others, atOnce, sabotage }: Sizes): Promise<boolean> {
  const world = await createWorld(suite);
  const { origins, freezable } = await doubleSuite(suite);
  const processes = await suite.control.processes();
  console.log(`processes: ${processes.map(({ name }) => name).join(', ')}`);
  const reports: RevocationReport[] = [];
  for (const phase of phases) {
    console.log(`\n${phase}`);
    for (const change of accessChanges) {
      const count = change === 'revoke' ? Math.ceil(revokes / revocationPhases.length) : others;
      if (count === 0) continue;
      const report = await measureRevocations(suite, world, {
        ...{ phase, change, revokes: count, atOnce, sabotage, origins, frozenInTurn: freezable },
      });
      print(phase, change, report);
      reports.push(report);
    }
  }
  summarize(reports);
  if (sabotage) return reports.every(({ violations }) => violations.length > 0);
  return reports.every(
    (report) => report.violations.length === 0 && report.unexpected.length === 0 && proves(report),
  );
}

/** Silence is only a proof when each credential was accepted before and tried afterwards. */
function proves({ revokes, acceptedBefore, refusedAfter }: RevocationReport): boolean {
  return acceptedBefore >= revokes && refusedAfter >= revokes;
}

function print(phase: RevocationPhase, change: AccessChange, report: RevocationReport): void {
  const { acceptedBefore, sentAfter, refusedAfter, unavailableAfter, brokenAfter, violations } = report;
  const ms = (value: number) => value.toFixed(0);
  // A credential that expires is not changed by a call.
  const { p50, p99, max } = report.revokeMs;
  const times =
    change === 'expire' ? '' : `; returned after p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} ms`;
  console.log(
    `  ${change.padEnd(22)} ${String(report.revokes).padStart(4)} × ${String(report.targets)} targets: ` +
      `accepted before ${String(acceptedBefore)}; sent after ${String(sentAfter)}: refused ${String(refusedAfter)}, ` +
      `unavailable ${String(unavailableAfter)}, connection lost ${String(brokenAfter)}, ` +
      `ACCEPTED ${String(violations.length)}${times}`,
  );
  for (const text of [...violations, ...report.unexpected].slice(0, 10)) console.log(`  ! ${text}`);
}

function summarize(reports: readonly RevocationReport[]): void {
  const sum = (of: (report: RevocationReport) => number) =>
    String(reports.reduce((total, report) => total + of(report), 0));
  console.log(
    `\nin all: ${sum(({ revokes }) => revokes)} changes, ${sum(({ calls }) => calls)} calls, ` +
      `${sum(({ sentAfter }) => sentAfter)} sent after, ${sum(({ violations }) => violations.length)} of these accepted`,
  );
}
