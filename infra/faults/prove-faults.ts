import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { connectSuite, createWorld, readStackFile } from '@pcft/testing';
import type { Stack } from '../stack/stack.ts';
import { withStack } from '../stack/with-stack.ts';
import { callKinds } from './call-kinds.ts';
import { databaseFaults } from './database-faults.ts';
import { Databases } from './databases.ts';
import { doubledFaults } from './doubled-faults.ts';
import { doubledTopology, singleTopology, type Topology } from './doubled-topology.ts';
import type { Fault } from './fault.ts';
import { breaches, tableHead, tableRow, type FaultReport } from './fault-report.ts';
import { healthyFaults } from './healthy-faults.ts';
import { messageFaults } from './message-faults.ts';
import { processFaults } from './process-faults.ts';
import { runFault } from './run-fault.ts';
import { LogVerifier } from './verify-logs.ts';

/** In this order; those that need two processes of each come last, since the suite is rearranged for them. */
export const faults: readonly Fault[] = [
  ...healthyFaults,
  ...processFaults,
  ...databaseFaults,
  ...messageFaults,
  ...doubledFaults,
];

interface Options {
  readonly chosen: readonly Fault[];
  readonly freezeSeconds: number;
  readonly outageSeconds: number;
  readonly perSecond: number;
  readonly times: number;
  /** Minutes; no fault begins that might end later. */
  readonly within: number;
  readonly sabotage: boolean;
}

/** As promised where that is what is measured; in the whole table all of it has to fit into the time. */
const freezeSeconds = (guarantee: number | undefined): string => (guarantee === 17 ? '30' : '6');

function readOptions(args: string[], among: readonly Fault[], guarantee: number | undefined): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      freeze: { type: 'string', default: freezeSeconds(guarantee) },
      outage: { type: 'string', default: '60' },
      rate: { type: 'string', default: '36' },
      times: { type: 'string', default: '1' },
      within: { type: 'string', default: '12' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const names = values.only.flatMap((some) => some.split(','));
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0)
    throw new Error(`no fault ${unknown.join()}; there are ${faults.map(({ name }) => name).join(', ')}`);
  return {
    chosen: names.length === 0 ? among : faults.filter(({ name }) => names.includes(name)),
    freezeSeconds: Number(values.freeze),
    outageSeconds: Number(values.outage),
    perSecond: Number(values.rate),
    times: Number(values.times),
    within: Number(values.within),
    sabotage: values.sabotage,
  };
}

/**
 * Faults under a steady load of reads, changes and denials through the gateway, one after another on a suite of their own;
 * then every acknowledged call is looked for in the log. Options: `--only <name>[,<name>]`; `--freeze 6` seconds that a
 * process is frozen (30 as promised by `npm run guarantee -- 17`; with it the whole table would take too long); `--outage
 * 60` seconds without NATS; `--rate 36` calls a second; `--times 1`; `--within 12` minutes, after which no fault is begun and
 * the run fails; `--sabotage` removes a row after each fault, which has to be seen.
 *
 * @param guarantee only the faults that measure it
 * @returns whether nothing was broken; under sabotage, whether the breach was seen every time
 */
export async function proveFaults(args: string[], guarantee?: number): Promise<boolean> {
  const among = faults.filter(({ proves }) => guarantee === undefined || proves.includes(guarantee));
  const options = readOptions(args, among, guarantee);
  const reports: FaultReport[] = [];
  const left: string[] = [];
  await withStack({ log: () => undefined }, async (stackFile, stack) => {
    await runAll(stackFile, stack, options, (name, report) => {
      if (report === null) return void left.push(name);
      if (reports.length === 0) console.log(tableHead());
      reports.push(report);
      print(report);
    });
  });
  const bad = reports.filter((report) => breaches(report).length > 0);
  const sum = (of: (report: FaultReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  console.log(
    `\n${String(reports.length)} faults, ${String(sum(({ calls }) => calls))} calls, ` +
      `${String(sum(({ acknowledged }) => acknowledged))} acknowledged, ${String(sum(({ rows }) => rows))} rows, ` +
      `${String(sum(({ lost }) => lost.length))} lost, ${String(sum(({ duplicated }) => duplicated.length))} duplicated, ` +
      `${String(sum(({ verified }) => verified))} rows of chains verified`,
  );
  if (left.length > 0) console.log(`NOT RUN for lack of time: ${left.join(', ')}`);
  if (options.sabotage) return reports.length > 0 && reports.every(({ lost }) => lost.length > 0);
  return bad.length === 0 && left.length === 0;
}

async function runAll(
  stackFile: string,
  stack: Stack,
  { chosen, times, within, sabotage, ...settings }: Options,
  onReport: (name: string, report: FaultReport | null) => void,
): Promise<void> {
  const suite = await connectSuite(readStackFile(stackFile));
  const databases = new Databases(stack);
  const end = performance.now() + within * 60_000 - 25_000;
  try {
    const world = await createWorld(suite);
    const kinds = await callKinds(suite, world);
    const verifier = new LogVerifier(databases);
    const single = await singleTopology(stack);
    const common = { stack, suite, world, kinds, databases, verifier, settings, sabotage };
    const repeat = async (fault: Fault, topology: Topology) => {
      for (let n = 0; n < times; n++) {
        const isLate = performance.now() > end;
        onReport(fault.name, isLate ? null : await runFault(fault, { ...common, topology }));
      }
    };
    for (const fault of chosen.filter(({ doubled }) => !doubled)) await repeat(fault, single);
    const last = chosen.filter(({ doubled }) => doubled);
    if (last.length === 0) return;
    const topology = await doubledTopology(stack, single);
    for (const fault of last) await repeat(fault, topology);
  } finally {
    await databases.close();
    await suite.close();
  }
}

function print(report: FaultReport): void {
  console.log(`${tableRow(report)}   load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  for (const note of report.notes) console.log(`    ${note}`);
  if (report.repeated > 0)
    console.log(`    ${String(report.repeated)} reads were sent twice by the gateway, and have two rows`);
  const wrong = breaches(report);
  for (const text of wrong) console.log(`    BROKEN: ${text}`);
  if (wrong.length === 0 && !report.fault.unnoticed) return;
  const most = [...report.failures].sort(([, a], [, b]) => b - a).slice(0, 6);
  for (const [told, count] of most) console.log(`      ${String(count)} × ${told}`);
}
