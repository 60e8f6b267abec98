import { sendRequest, type Suite, type World } from '@pcft/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../stack/stack.ts';
import type { CallKind } from './call-kinds.ts';
import { compareWithLog } from './compare-with-log.ts';
import type { Databases } from './databases.ts';
import { openDoor } from './door.ts';
import type { Topology } from './doubled-topology.ts';
import type { Fault, FaultSettings } from './fault.ts';
import { measureCalls, type FaultReport } from './fault-report.ts';
import { largestGrowth, residentMegabytes } from './memory.ts';
import { isAcknowledged, SteadyLoad } from './steady-load.ts';
import type { LogVerifier } from './verify-logs.ts';

export interface FaultRun {
  readonly stack: Stack;
  readonly suite: Suite;
  readonly world: World;
  readonly kinds: readonly CallKind[];
  readonly topology: Topology;
  readonly databases: Databases;
  readonly verifier: LogVerifier;
  readonly settings: FaultSettings & { readonly perSecond: number };
  /** Takes a row out of the log behind everybody's back: the run has to find out. */
  readonly sabotage: boolean;
}

const warmMs = 1_500;
/** Longer than the suite may take to be well again. */
const afterMs = 6_500;

/** The load goes on, the fault happens, the load goes on; then every call is looked up in the log. */
export async function runFault(fault: Fault, run: FaultRun): Promise<FaultReport> {
  const { stack, databases, topology } = run;
  const notes: string[] = [];
  const broken: string[] = [];
  const door = openDoor(topology.gateways);
  const load = new SteadyLoad(run.kinds, door, run.settings.perSecond);
  const retriesBefore = await retries(topology);
  const startedAt = performance.now();
  load.start();
  let overAt: number;
  let grownMegabytes: number;
  try {
    await sleep(warmMs);
    const before = residentMegabytes(stack);
    await fault.inject({
      ...run,
      ...{ load, serving: topology.serving },
      note: (text) => notes.push(text),
      broken: (text) => broken.push(text),
    });
    grownMegabytes = largestGrowth(before, residentMegabytes(stack));
    overAt = performance.now();
    await sleep(afterMs);
  } finally {
    await load.stop();
    door.close();
  }
  const endedAt = performance.now();
  const drainedSeconds = await databases.drained();
  if (run.sabotage) await removeOneRow(databases, load);
  const compared = await compareWithLog(databases, load.calls, (await retries(topology)) - retriesBefore);
  const { rows: verified, faults } = await run.verifier.verify();
  return {
    ...{ fault, notes, verified, drainedSeconds, grownMegabytes, broken: [...broken, ...faults] },
    ...measureCalls(load.calls, { startedAt, overAt, endedAt }),
    ...compared,
  };
}

/** Reads that the gateways sent twice; one that was started anew counts from 0. */
async function retries({ gateways }: Topology): Promise<number> {
  const counts = await Promise.all(
    gateways.map(async (origin) => {
      const { text } = await sendRequest({ origin, method: 'GET', path: '/metrics' });
      return [...text.matchAll(/^gateway_retries_total\{[^}]*\} (\d+)$/gm)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    }),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}

async function removeOneRow(databases: Databases, { calls }: SteadyLoad): Promise<void> {
  const victim = calls.find(isAcknowledged);
  const client = await databases.of('audit').connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = replica`); // as only a superuser can, past every trigger
    await client.query('DELETE FROM audit_event WHERE request_id = $1', [victim?.id]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
