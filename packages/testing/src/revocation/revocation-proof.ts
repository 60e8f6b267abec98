import type { Suite } from '../suite.ts';
import type { World } from '../world.ts';
import { emptyTally, Hammer, revocationTargets, type Tally } from './hammer.ts';

export type RevocationPhase = 'nats up' | 'nats stopped' | 'a service frozen and woken';
export const revocationPhases: readonly RevocationPhase[] = [
  'nats up',
  'nats stopped',
  'a service frozen and woken',
];

export interface RevocationOptions {
  readonly phase: RevocationPhase;
  readonly revokes: number;
  /** PATs that are hammered and revoked at the same time. */
  readonly atOnce?: number;
  /** Revokes another PAT than the one that is hammered: a measurement that then finds nothing measures nothing. */
  readonly sabotage?: boolean;
  readonly onProgress?: (done: number) => void;
}

export interface RevocationReport extends Tally {
  readonly phase: RevocationPhase;
  readonly revokes: number;
  readonly revokeMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How long each PAT is tried after its revoke has returned: longer than a lease (L 1000 ms) could be stretched. */
const tailMs = 1200;
const pauseMs = 15;

/**
 * Revokes PATs under load and counts every call that was sent after its revoke had returned and was accepted all the
 * same. Hammers every service, straight and through the gateway.
 */
export async function measureRevocations(
  suite: Suite,
  world: World,
  options: RevocationOptions,
): Promise<RevocationReport> {
  const { phase, revokes, atOnce = 5, sabotage = false, onProgress } = options;
  const tally = emptyTally();
  const times: number[] = [];
  const frozenInTurn = ['heimdall-admin', 'tokens', 'audit'];
  if (phase === 'nats stopped') await suite.control.stop('nats');
  try {
    for (let done = 0; done < revokes;) {
      const size = Math.min(atOnce, revokes - done);
      const frozen =
        phase === 'a service frozen and woken'
          ? (frozenInTurn[(done / atOnce) % frozenInTurn.length] ?? null)
          : null;
      times.push(...(await batch(suite, world, { size, sabotage, frozen, tally })));
      done += size;
      onProgress?.(done);
    }
  } finally {
    if (phase === 'nats stopped') await suite.control.start('nats');
  }
  return { ...tally, phase, revokes, revokeMs: summary(times) };
}

interface Batch {
  readonly size: number;
  readonly sabotage: boolean;
  /** The process that is stopped while the revokes run. */
  readonly frozen: string | null;
  readonly tally: Tally;
}

/** @returns how long each revoke took, in milliseconds */
async function batch(
  suite: Suite,
  world: World,
  { size, sabotage, frozen, tally }: Batch,
): Promise<number[]> {
  const { owner } = world;
  const mint = () => Promise.all(Array.from({ length: size }, () => suite.mint(owner)));
  const hammered = await mint();
  const revoked = sabotage ? await mint() : hammered;
  const targets = revocationTargets(suite, world);
  const hammers = hammered.map(({ secret }) => new Hammer(secret, targets, tally, pauseMs));
  for (const hammer of hammers) hammer.start();
  let wake = Promise.resolve();
  try {
    await Promise.all(hammers.map((hammer) => hammer.warm(15_000)));
    if (frozen) {
      await suite.control.pause(frozen);
      // Woken before, while and after the revokes wait for it; its clock has gone on, its lease has not.
      wake = pauseFor(Math.random() * 1800).then(() => suite.control.resume(frozen));
      await pauseFor(Math.random() * 100);
    }
    const times = await Promise.all(
      revoked.map(async ({ id }, i) => {
        const sentAt = performance.now();
        await suite.revoke(owner, id);
        hammers[i]?.revokeReturned();
        return performance.now() - sentAt;
      }),
    );
    await pauseFor(tailMs);
    return times;
  } finally {
    // Stopping waits for answers, which a frozen process gives when it wakes.
    await Promise.all([wake, ...hammers.map((hammer) => hammer.stop())]);
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
