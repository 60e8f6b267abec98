import type { Suite } from '../suite.ts';
import type { World } from '../world.ts';
import { createSubjects, type AccessChange, type Subject, type SubjectContext } from './access-changes.ts';
import { emptyTally, Hammer, type Tally } from './hammer.ts';
import { originsOf, type SuiteOrigins } from './targets.ts';

/** What of the suite is away while access is taken away. */
export const revocationPhases = [
  'all is healthy',
  'nats stopped',
  'redis stopped',
  'nats and redis stopped',
  'a service frozen and woken',
] as const;
export type RevocationPhase = (typeof revocationPhases)[number];

const stoppedIn: Readonly<Record<RevocationPhase, readonly string[]>> = {
  'all is healthy': [],
  'nats stopped': ['nats'],
  'redis stopped': ['redis'],
  'nats and redis stopped': ['nats', 'redis'],
  'a service frozen and woken': [],
};

export interface RevocationOptions {
  readonly phase: RevocationPhase;
  /** Default: `revoke`. */
  readonly change?: AccessChange;
  /** How many credentials are hammered and changed. */
  readonly revokes: number;
  /** Of them at the same time. */
  readonly atOnce?: number;
  /** Further instances; without it one process of each service and the gateway. */
  readonly origins?: SuiteOrigins;
  /** Processes that are frozen in turn, in the phase for it. */
  readonly frozenInTurn?: readonly string[];
  /** Changes nothing: a measurement that then finds nothing measures nothing. */
  readonly sabotage?: boolean;
  readonly onProgress?: (done: number) => void;
}

export interface RevocationReport extends Tally {
  readonly phase: RevocationPhase;
  readonly change: AccessChange;
  readonly revokes: number;
  readonly targets: number;
  readonly revokeMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How long each is tried after its change has returned: longer than a lease (L 1000 ms) could be stretched. */
const tailMs = 1200;
const shortestPauseMs = 15;
/**
 * What all loops together ask for at most. A machine that is driven into refusing everything proves nothing: then no
 * credential is accepted before its change either.
 */
const callsPerSecond = 250;

/**
 * Takes access away under load and counts every call that was sent after the change had returned and was accepted all
 * the same. Hammers every service, each instance straight and all of them through the gateway.
 */
export async function measureRevocations(
  suite: Suite,
  world: World,
  options: RevocationOptions,
): Promise<RevocationReport> {
  const { phase, change = 'revoke', revokes, atOnce = 5, sabotage = false, onProgress } = options;
  const { frozenInTurn = ['heimdall-admin', 'tokens', 'audit', 'projects'] } = options;
  const context: SubjectContext = { suite, world, origins: options.origins ?? originsOf(suite) };
  const tally = emptyTally();
  const times: number[] = [];
  let targets = 0;
  for (const engine of stoppedIn[phase]) await suite.control.stop(engine);
  try {
    for (let done = 0, turn = 0; done < revokes; turn++) {
      const size = Math.min(atOnce, revokes - done);
      const frozen =
        phase === 'a service frozen and woken' ? (frozenInTurn[turn % frozenInTurn.length] ?? null) : null;
      const subjects = await createSubjects(change, context, size);
      targets = Math.max(targets, ...subjects.map((subject) => subject.targets.length));
      times.push(...(await batch(suite, subjects, { sabotage, frozen, tally })));
      done += size;
      onProgress?.(done);
    }
  } finally {
    for (const engine of stoppedIn[phase]) await suite.control.start(engine);
  }
  return { ...tally, phase, change, revokes, targets, revokeMs: summary(times) };
}

interface Batch {
  readonly sabotage: boolean;
  /** The process that is stopped while the changes run. */
  readonly frozen: string | null;
  readonly tally: Tally;
}

/** @returns how long each change took, in milliseconds */
async function batch(suite: Suite, subjects: readonly Subject[], options: Batch): Promise<number[]> {
  const { sabotage, frozen, tally } = options;
  const loops = subjects.reduce((sum, { targets }) => sum + targets.length, 0);
  const pauseMs = Math.max(shortestPauseMs, (1000 * loops) / callsPerSecond);
  const hammers = subjects.map(({ secret, targets }) => new Hammer(secret, targets, tally, pauseMs));
  const ends = subjects.map(({ endsAt }) => endsAt ?? Infinity);
  // What ends by itself is tried around its end, not for a whole minute.
  const early = Math.min(...ends) - Date.now() - 6000;
  if (Number.isFinite(early)) await pauseFor(Math.max(0, early));
  for (const hammer of hammers) hammer.start();
  let wake = Promise.resolve();
  try {
    await Promise.all(hammers.map((hammer) => hammer.warm(60_000)));
    if (frozen) {
      await suite.control.pause(frozen);
      // Woken before, while and after the changes wait for it; its clock has gone on, its lease has not.
      wake = pauseFor(Math.random() * 1800).then(() => suite.control.resume(frozen));
      await pauseFor(Math.random() * 100);
    }
    const times = await Promise.all(
      subjects.map(async ({ change, endsAt }, i) => {
        const sentAt = performance.now();
        // A second early under sabotage: what is then still good has to be seen.
        if (endsAt !== undefined) hammers[i]?.endsAt(sabotage ? endsAt - 1000 : endsAt);
        if (!sabotage || endsAt !== undefined) await change();
        hammers[i]?.changeReturned();
        return performance.now() - sentAt;
      }),
    );
    await pauseFor(tailMs);
    return times;
  } finally {
    // Stopping waits for answers, which a frozen process gives when it wakes.
    await Promise.all([wake, ...hammers.map((hammer) => hammer.stop())]);
    await Promise.all(subjects.map(({ restore }) => restore()));
  }
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function summary(times: readonly number[]): RevocationReport['revokeMs'] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
