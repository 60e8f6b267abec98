import { describe, expect, it } from '@jest/globals';
import { PROFILES, type Profile } from '../../test/model/faults.ts';
import { leftOutRules } from '../../test/model/left-out-rules.ts';
import { wholeProtocol } from '../../test/model/protocol-variant.ts';
import { runSchedule, type Outcome } from '../../test/model/run-schedule.ts';

/*
 * A model check of the revocation protocol: the real LeaseHolder, AnswerCache, Resolver, RevocationBarrier and
 * HolderRemoval on simulated clocks, network, bus and database, in random schedules of calls, revokes and faults. The
 * claim: no call that is sent after a revoke has returned, or after its credential has expired, is accepted.
 *
 * MODEL_SCHEDULES runs more schedules of the whole protocol, MODEL_SEED the same again. What a rule left out breaks is
 * searched from seed 0 on, so that it is found in the same schedule every time.
 */
const firstSeed = Number(process.env['MODEL_SEED'] ?? Date.now() % 1_000_000_000);
const schedules = Number(process.env['MODEL_SCHEDULES'] ?? 300);
const MOST_SCHEDULES_PER_RULE = 600;

async function runMany(count: number, run: (seed: number) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count; i++) outcomes.push(await run(firstSeed + i));
  return outcomes;
}

function total(outcomes: readonly Outcome[], count: (outcome: Outcome) => number): number {
  return outcomes.reduce((sum, outcome) => sum + count(outcome), 0);
}

describe('the revocation protocol', () => {
  it(
    `holds in ${schedules} random schedules`,
    async () => {
      process.stdout.write(`revocation model: ${schedules} schedules, MODEL_SEED=${firstSeed}\n`);
      const outcomes = await runMany(schedules, (seed) => runSchedule(seed, wholeProtocol));
      expect(outcomes.flatMap(({ violations }) => violations)).toEqual([]);
      expect(new Set(outcomes.map(({ profile }) => profile))).toEqual(new Set(PROFILES));
      // Not for want of trying: the cache served, revokes returned in both ways, and dead credentials were used.
      expect(total(outcomes, (o) => o.fromCache)).toBeGreaterThan(schedules * 50);
      expect(total(outcomes, (o) => o.deadCalls)).toBeGreaterThan(schedules * 50);
      expect(total(outcomes, (o) => o.acknowledged)).toBeGreaterThan(schedules);
      expect(total(outcomes, (o) => o.waited)).toBeGreaterThan(schedules);
    },
    60_000 + schedules * 100,
  );

  it('returns on acknowledgements when all is well, and answers every call', async () => {
    const outcomes = await runMany(10, (seed) => runSchedule(seed, wholeProtocol, 'calm'));
    expect(total(outcomes, (o) => o.waited)).toBe(0);
    expect(total(outcomes, (o) => o.unavailable)).toBe(0);
  }, 60_000);

  it('holds on clocks that run 4 % off', async () => {
    const profiles: Profile[] = ['cut-offs', 'partitions', 'pauses'];
    const variant = { ...wholeProtocol, drift: 0.04 };
    const outcomes = await runMany(60, (seed) => runSchedule(seed, variant, profiles[seed % 3]));
    expect(outcomes.flatMap(({ violations }) => violations)).toEqual([]);
  }, 60_000);
});

describe('with one rule left out, a call is accepted after its revoke has returned', () => {
  it.each(leftOutRules)(
    'rule $name',
    async ({ variant, profile }) => {
      let found: Outcome['violations'] = [];
      for (let seed = 0; found.length === 0 && seed < MOST_SCHEDULES_PER_RULE; seed++)
        found = (await runSchedule(seed, variant, profile)).violations;
      expect(found.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
