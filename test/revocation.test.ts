import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  connectSuite,
  createWorld,
  measureRevocations,
  revocationPhases,
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

describe('no call sent after a revoke has returned is accepted', () => {
  it.each(revocationPhases)(
    '%s',
    async (phase) => {
      const report = await measureRevocations(suite, world, { phase, revokes: 8, atOnce: 4 });
      expect(report.violations).toEqual([]);
      expect(report.unexpected).toEqual([]);
      // Or else nothing was tried: every target accepted every PAT before, and was asked again afterwards.
      expect(report.acceptedBefore).toBeGreaterThanOrEqual(8 * 8);
      expect(report.sentAfter).toBeGreaterThanOrEqual(8 * 8);
      expect(report.refusedAfter).toBeGreaterThan(0);
    },
    60_000,
  );

  it('and the measurement sees it when one is', async () => {
    const report = await measureRevocations(suite, world, { phase: 'nats up', revokes: 1, sabotage: true });
    expect(report.violations.length).toBeGreaterThan(0);
  }, 30_000);
});
