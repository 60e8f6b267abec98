import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accessChanges,
  connectSuite,
  createWorld,
  measureRevocations,
  type RevocationReport,
  type Suite,
  type World,
} from '@pcft/testing';

// A small edition of `npm run guarantee -- 6`.
let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

/** Or else nothing was tried: every target accepted every credential before, and was asked again afterwards. */
function expectHeld(report: RevocationReport, credentials: number): void {
  expect(report.violations).toEqual([]);
  expect(report.unexpected).toEqual([]);
  expect(report.acceptedBefore).toBeGreaterThanOrEqual(credentials);
  expect(report.sentAfter).toBeGreaterThanOrEqual(credentials);
  expect(report.refusedAfter).toBeGreaterThan(0);
}

describe('no call sent after a revoke has returned is accepted', () => {
  it.each(['all is healthy', 'nats and redis stopped', 'a service frozen and woken'] as const)(
    '%s',
    async (phase) => {
      const report = await measureRevocations(suite, world, { phase, revokes: 8, atOnce: 4 });
      expectHeld(report, 8 * report.targets);
    },
    60_000,
  );

  it('and the measurement sees it when one is', async () => {
    const report = await measureRevocations(suite, world, {
      ...{ phase: 'all is healthy', revokes: 1, sabotage: true },
    });
    expect(report.violations.length).toBeGreaterThan(0);
  }, 30_000);
});

describe('no call is accepted that is sent after access was taken away otherwise', () => {
  // A minute is the shortest life of a PAT; the guarantee waits for it, and test/tables/credentials.test.ts moves its end.
  it.each(accessChanges.filter((change) => change !== 'revoke' && change !== 'expire'))(
    '%s',
    async (change) => {
      const report = await measureRevocations(suite, world, {
        ...{ phase: 'all is healthy', change, revokes: 3, atOnce: 3 },
      });
      expectHeld(report, 3);
    },
    60_000,
  );
});
