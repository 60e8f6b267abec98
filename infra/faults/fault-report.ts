import type { Comparison } from './compare-with-log.ts';
import type { Fault } from './fault.ts';
import { isAcknowledged, type LoadCall } from './steady-load.ts';

/** One line of the table. */
export interface FaultReport extends Comparison {
  readonly fault: Fault;
  readonly calls: number;
  readonly acknowledged: number;
  /** Without any answer: their connection broke, as where a gateway was killed. */
  readonly unanswered: number;
  /** The longest time in which some kind of call was not acknowledged, in seconds. */
  readonly longestGapSeconds: number;
  readonly slowestSeconds: number;
  /** From the end of the fault until the last call failed that was sent after it. */
  readonly healthySeconds: number;
  /** From the end of the load until every outbox was empty. */
  readonly drainedSeconds: number;
  readonly grownMegabytes: number;
  /** Rows of all chains that were verified anew. */
  readonly verified: number;
  readonly notes: readonly string[];
  /** What must not be. */
  readonly broken: readonly string[];
  /** What failing calls were told, each once, with how many. */
  readonly failures: ReadonlyMap<string, number>;
}

/** What the calls alone say. */
export function measureCalls(
  calls: readonly LoadCall[],
  { startedAt, overAt, endedAt }: { startedAt: number; overAt: number; endedAt: number },
): Pick<
  FaultReport,
  | 'calls'
  | 'acknowledged'
  | 'unanswered'
  | 'longestGapSeconds'
  | 'slowestSeconds'
  | 'healthySeconds'
  | 'failures'
> {
  const answered = calls.filter(({ status }) => status !== null);
  const failed = calls.filter((call) => !isAcknowledged(call));
  const late = failed.filter(({ sentAt }) => sentAt >= overAt).map(({ sentAt }) => sentAt - overAt);
  const failures = new Map<string, number>();
  for (const { kind, text } of failed) {
    const told = `${kind.name}: ${text.replaceAll(/fault-[0-9a-f-]{36}|req_\w+/g, '…')}`;
    failures.set(told, (failures.get(told) ?? 0) + 1);
  }
  return {
    calls: calls.length,
    acknowledged: calls.length - failed.length,
    unanswered: calls.length - answered.length,
    longestGapSeconds: longestGap(calls, startedAt, endedAt) / 1000,
    slowestSeconds:
      Math.max(0, ...answered.map(({ sentAt, endedAt: end }) => (end ?? sentAt) - sentAt)) / 1000,
    healthySeconds: Math.max(0, ...late) / 1000,
    failures,
  };
}

function longestGap(calls: readonly LoadCall[], from: number, to: number): number {
  const kinds = Map.groupBy(calls, ({ kind }) => kind.name);
  const gaps = [...kinds.values()].map((some) => {
    const times = some.filter(isAcknowledged).map(({ endedAt }) => endedAt ?? to);
    const sorted = [from, ...times.sort((a, b) => a - b), to];
    return Math.max(...sorted.map((time, n) => time - (sorted[n - 1] ?? time)));
  });
  return Math.max(0, ...gaps);
}

const answerWithinSeconds = 2;
const healthyWithinSeconds = 5;
/** A process that keeps what it cannot get rid of grows by far more in this time. */
const growthMegabytes = 96;

/** Everything that the promises rule out. */
export function breaches(report: FaultReport): string[] {
  const { fault, lost, duplicated, phantoms, broken, healthySeconds, slowestSeconds, grownMegabytes } =
    report;
  const found = [...broken];
  const some = (what: string, calls: readonly string[]) => {
    if (calls.length > 0) found.push(`${String(calls.length)} ${what}, as ${calls.slice(0, 3).join('; ')}`);
  };
  some('lost', lost);
  some('duplicated', duplicated);
  some('rows of what was never done', phantoms);
  if (report.acknowledged === 0) found.push('nothing was acknowledged: nothing was tried');
  if (healthySeconds > healthyWithinSeconds)
    found.push(`calls failed ${healthySeconds.toFixed(1)} s after the end of the fault`);
  if (fault.answersInTime && slowestSeconds > answerWithinSeconds)
    found.push(`an answer took ${slowestSeconds.toFixed(2)} s`);
  if (fault.proves.includes(17) && grownMegabytes > growthMegabytes)
    found.push(`a process grew by ${grownMegabytes.toFixed(0)} MB`);
  if (fault.unnoticed && report.acknowledged < report.calls)
    found.push(`${String(report.calls - report.acknowledged)} calls failed`);
  return found;
}

const columns: readonly (readonly [string, number, (report: FaultReport) => string])[] = [
  ['fault', 26, ({ fault }) => fault.name],
  ['calls', 6, ({ calls }) => String(calls)],
  ['acked', 6, ({ acknowledged }) => String(acknowledged)],
  ['no answer', 9, ({ unanswered }) => String(unanswered)],
  ['rows', 6, ({ rows }) => String(rows)],
  ['lost', 5, ({ lost }) => String(lost.length)],
  ['dup', 4, ({ duplicated }) => String(duplicated.length)],
  ['phantom', 7, ({ phantoms }) => String(phantoms.length)],
  ['gap s', 6, ({ longestGapSeconds }) => longestGapSeconds.toFixed(1)],
  ['slowest s', 9, ({ slowestSeconds }) => slowestSeconds.toFixed(2)],
  ['healthy s', 9, ({ healthySeconds }) => healthySeconds.toFixed(1)],
  ['drained s', 9, ({ drainedSeconds }) => drainedSeconds.toFixed(1)],
  ['+MB', 4, ({ grownMegabytes }) => grownMegabytes.toFixed(0)],
];

export const tableHead = (): string =>
  columns.map(([name, width], n) => (n === 0 ? name.padEnd(width) : name.padStart(width))).join(' ');

export const tableRow = (report: FaultReport): string =>
  columns
    .map(([, width, value], n) => (n === 0 ? value(report).padEnd(width) : value(report).padStart(width)))
    .join(' ');
