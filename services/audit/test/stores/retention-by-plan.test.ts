import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCheckpoint, signingPair } from '@pcft/audit-proof';
import { createId } from '@pcft/credentials';
import { serializeEvent, type AuditEvent } from '@pcft/events';
import { planCatalogue } from '@pcft/plans';
import { connectSuite, sampleEvent, type Owner, type Suite } from '@pcft/testing';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPrismaFormerPlans } from '../../src/segments/former-plans.ts';
import { createPlanSource } from '../../src/segments/plan-source.ts';
import { applyRetention } from '../../src/segments/retention.ts';
import { retentionRules } from '../../src/segments/retention-rules.ts';
import { segmentAfter, segmentOf } from '../../src/segments/segment.ts';
import { openLogStores } from '../log-stores.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

let suite: Suite;
let log: ScratchLog;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  suite = await connectSuite();
  log = await createScratchLog();
});
afterAll(async () => {
  for (const close of closers) await close();
  await log.drop();
  await suite.close();
});

const toPlan = async (owner: Owner, plan: string): Promise<void> => {
  const params = { ws: owner.workspace.id };
  const { status } = await suite.call('updateWorkspacePlan', { auth: owner.session, params, body: { plan } });
  expect(status).toBe(200);
};

describe('retention by plan', () => {
  it('removes what the plan of a workspace no longer promises, as platform says, and nothing where nobody says it', async () => {
    const [free, business, lowered, stranger] = [
      await suite.createOwner(),
      await suite.createOwner(),
      await suite.createOwner(),
      createId('ws_'),
    ];
    await toPlan(business, 'business');
    const key = signingPair(randomBytes(32));
    const { chain, checkpoints, segments, prisma, closers: opened } = openLogStores(log, key);
    closers.push(...opened);
    const append = (name: string, fields: Partial<AuditEvent> = {}) => {
      const event = sampleEvent({ log: name, ...fields });
      return chain.append([readEntry('platform', { id: event.id, body: serializeEvent(event) })]);
    };
    const names = [free, business, lowered].map(({ workspace }) => workspace.id);
    const [freeId = '', businessId = '', loweredId = ''] = names;
    const everyone = [...names, stranger, createId('acc_')];
    const longAgo = segmentAfter(segmentOf(new Date()), -4);
    for (const name of everyone) {
      await append(name);
      await log.backdate(name, 1n, longAgo);
      await append(name);
    }
    // Left its plan a week ago: what that promised still holds.
    const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString();
    await append(loweredId, {
      ...{ service: 'platform', action: 'workspace.plan-changed', occurred_at: weekAgo },
      changes: { before: { plan: 'pro' }, after: { plan: 'free' } },
    });
    await checkpoints.make((about, spans) => makeCheckpoint({ ...about, origin: 'test' }, spans, key));

    const errors: unknown[] = [];
    const round = async (platformUrl: string): Promise<string[]> => {
      const rules = retentionRules({
        days: 30,
        plans: planCatalogue(),
        source: createPlanSource({
          platformUrls: [platformUrl],
          serviceToken: suite.stack.secrets.serviceTokens['audit'] ?? '',
        }),
        former: createPrismaFormerPlans(prisma),
        onError: (error) => errors.push(error),
      });
      if (!rules) throw new Error('days are set');
      const about = {
        now: new Date(),
        isStopped: () => false,
        onError: (error: unknown) => errors.push(error),
      };
      await applyRetention(segments, rules, about);
      const { rows } = await log.admin.query<{ log: string }>('SELECT log FROM retired_segment ORDER BY log');
      return rows.map((each) => each.log);
    };
    const account = everyone.at(-1) ?? '';
    expect(await round('http://127.0.0.1:1')).toEqual([account]);
    expect(errors.splice(0)).toHaveLength(1);
    const retired = await round(suite.serviceUrl('platform'));
    expect(errors).toEqual([]);
    expect(retired).toEqual([account, freeId].sort());
    expect(retired).not.toContain(businessId);
    expect(retired).not.toContain(stranger);
    const { rows } = await log.admin.query('SELECT number FROM checkpoint');
    expect(rows).toHaveLength(1);
  });
});
