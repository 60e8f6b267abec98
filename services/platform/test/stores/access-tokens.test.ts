import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, type Principal } from '@pcft/auth';
import type { CallAudit } from '@pcft/http';
import { createAccessToken } from '../../src/access-tokens/create-access-token.ts';
import { PrismaAccessTokenStore } from '../../src/access-tokens/prisma-access-token-store.ts';
import { revokeAccessToken } from '../../src/access-tokens/revoke-access-token.ts';
import { DatabaseIntrospector } from '../../src/introspection/database-introspector.ts';
import { PrismaIntrospectionStore } from '../../src/introspection/prisma-introspection-store.ts';
import { ChangeCommitter } from '../../src/invalidation/change-committer.ts';
import { PrismaUsageStore } from '../../src/usage/prisma-usage-store.ts';
import { PrismaPolicyStore } from '../../src/policies/prisma-policy-store.ts';
import { plans } from '@pcft/plans';
import { PlanLimits } from '../../src/plans/plan-limits.ts';
import { PrismaPlanStore } from '../../src/plans/prisma-plan-store.ts';
import { PrismaSettingsStore } from '../../src/workspace-settings/prisma-settings-store.ts';
import { createScratchPlatform, Fixtures, pepper, type ScratchPlatform } from './scratch-platform.ts';

let scratch: ScratchPlatform;
let tokens: PrismaAccessTokenStore;
let policies: PrismaPolicyStore;
let changes: ChangeCommitter;
let introspector: DatabaseIntrospector;
let acc: string;
let settings: PrismaSettingsStore;
let planLimits: PlanLimits;
let ws: string;

/** The audit row is the pipeline's affair; here its place in the transaction is all that is kept. */
const audit: CallAudit = {
  add: () => {},
  nothingChanged: () => {},
  ofNobody: () => {},
  countedInstead: () => {},
  commit: async () => {},
};

beforeAll(async () => {
  scratch = await createScratchPlatform(25);
  tokens = new PrismaAccessTokenStore(scratch.database);
  policies = new PrismaPolicyStore(scratch.database);
  changes = new ChangeCommitter({
    database: scratch.database,
    clock: systemClock,
    barrier: { passed: async () => 'waited' },
  });
  settings = new PrismaSettingsStore(scratch.database);
  planLimits = new PlanLimits(plans, new PrismaPlanStore(scratch.database));
  introspector = new DatabaseIntrospector(new PrismaIntrospectionStore(scratch.database, pepper));
  const fixtures = new Fixtures(scratch.database);
  acc = await fixtures.account();
  ws = (await fixtures.workspace()).id;
  await fixtures.member(acc, ws);
});
afterAll(() => scratch.close());

const session: Principal = {
  type: 'session',
  id: 'ses_1',
  name: 'session',
  get accountId() {
    return acc;
  },
  workspaceId: null,
  appId: null,
};

function mint(by?: string) {
  const principal: Principal = by ? { ...session, type: 'pat', id: by, workspaceId: ws } : session;
  return createAccessToken(
    { tokens, policies, changes, tokenPepper: pepper, planLimits, settings },
    { principal: { ...principal, accountId: acc }, access: { id: ws } },
    { name: 'test', kind: 'full', ttlSeconds: null },
    audit,
  );
}

function revoke(id: string): Promise<void> {
  return revokeAccessToken(
    { tokens, changes },
    { principal: { ...session, accountId: acc }, access: { id: ws, role: 'owner' } },
    id,
    audit,
  );
}

async function stateOf(token: string): Promise<string> {
  return introspector.resolve({ kind: 'pat', token }, ws, ({ state }) => state);
}

describe('families of tokens', () => {
  it('are revoked together', async () => {
    const parent = await mint();
    const child = await mint(parent.token.id);
    const grandchild = await mint(child.token.id);
    expect(grandchild.token.ancestorIds).toEqual([parent.token.id, child.token.id]);
    await revoke(parent.token.id);
    for (const { secret } of [parent, child, grandchild]) expect(await stateOf(secret)).toBe('inactive');
    const rows = await scratch.database.accessToken.findMany({
      where: { id: { in: [child.token.id, grandchild.token.id] } },
    });
    expect(rows.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
  });

  it('leave parent and siblings alone when a child is revoked', async () => {
    const parent = await mint();
    const [child, sibling] = [await mint(parent.token.id), await mint(parent.token.id)];
    await revoke(child.token.id);
    expect(await stateOf(child.secret)).toBe('inactive');
    expect(await stateOf(parent.secret)).toBe('active');
    expect(await stateOf(sibling.secret)).toBe('active');
  });

  it('gain no member by minting at the moment of the revoke', async () => {
    for (let round = 0; round < 10; round++) {
      const parent = await mint();
      const attempts = Array.from({ length: 8 }, () => mint(parent.token.id));
      const minting = Promise.allSettled(attempts);
      await revoke(parent.token.id);
      const minted = (await minting).flatMap((result) =>
        result.status === 'fulfilled' ? [result.value.secret] : [],
      );
      for (const secret of minted) expect(await stateOf(secret)).toBe('inactive');
      const alive = await scratch.database.accessToken.count({
        where: { ancestorIds: { has: parent.token.id }, revokedAt: null },
      });
      expect(alive).toBe(0);
    }
  });

  it('do not deadlock when all of them are revoked and mint at once', async () => {
    const parent = await mint();
    const children = await Promise.all([1, 2, 3].map(() => mint(parent.token.id)));
    const grandchildren = await Promise.all(children.map(({ token }) => mint(token.id)));
    const all = [parent, ...children, ...grandchildren];
    const results = await Promise.allSettled([
      ...all.map(({ token }) => revoke(token.id)),
      ...all.map(({ token }) => mint(token.id)),
    ]);
    for (const result of results.slice(0, all.length)) expect(result.status).toBe('fulfilled');
    for (const result of results.slice(all.length))
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ fault: 'api-key-invalid' });
  });

  it('end eight generations down', async () => {
    let last = await mint();
    for (let generation = 1; generation <= 8; generation++) last = await mint(last.token.id);
    await expect(mint(last.token.id)).rejects.toMatchObject({ fault: 'validation' });
  });

  it('never outlive a parent that expires', async () => {
    const parent = await mint();
    await scratch.database.$executeRaw`
      UPDATE access_token SET expires_at = now() + interval '1 hour' WHERE id = ${parent.token.id}`;
    const { token } = await mint(parent.token.id);
    expect(token.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });
});

describe('revoking', () => {
  it('writes a row each time, fifty times at once', async () => {
    const { token, secret } = await mint();
    const before = Number((await scratch.database.invalPos.findFirstOrThrow()).n);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => revoke(token.id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    const rows = await scratch.database.invalLog.findMany({ where: { n: { gt: before } } });
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, () => token.id));
    expect(await stateOf(secret)).toBe('inactive');
  });

  it('keeps the time of the first revoke', async () => {
    const { token } = await mint();
    await revoke(token.id);
    const first = await scratch.database.accessToken.findUnique({ where: { id: token.id } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await revoke(token.id);
    const second = await scratch.database.accessToken.findUnique({ where: { id: token.id } });
    expect(second?.revokedAt).toEqual(first?.revokedAt);
  });
});

describe('use', () => {
  it('is noted without a row in the log, at most once a minute', async () => {
    const { token } = await mint();
    const usage = new PrismaUsageStore(scratch.database, 604_800);
    const before = await scratch.database.invalPos.findFirstOrThrow();
    const at = new Date('2026-05-01T00:00:00Z');
    await usage.write([{ id: token.id, ip: '192.0.2.1', service: 'audit', at }]);
    const read = () => scratch.database.accessToken.findUnique({ where: { id: token.id } });
    expect(await read()).toMatchObject({ lastUsedAt: at, lastUsedIp: '192.0.2.1', lastUsedService: 'audit' });
    const later = new Date();
    await usage.write([{ id: token.id, ip: null, service: 'audit', at: later }]);
    expect(await read()).toMatchObject({ lastUsedAt: later, lastUsedIp: '192.0.2.1' });
    await usage.write([{ id: token.id, ip: '192.0.2.2', service: 'audit', at: new Date() }]);
    expect(await read()).toMatchObject({ lastUsedAt: later, lastUsedIp: '192.0.2.1' });
    expect(await scratch.database.invalPos.findFirstOrThrow()).toEqual(before);
  });

  it('does not wait for a token that is being changed', async () => {
    const { token } = await mint();
    const usage = new PrismaUsageStore(scratch.database, 604_800);
    await scratch.database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT FROM access_token WHERE id = ${token.id} FOR UPDATE`;
      const from = performance.now();
      await usage.write([{ id: token.id, ip: null, service: 'audit', at: new Date() }]);
      expect(performance.now() - from).toBeLessThan(500);
    });
  });
});
