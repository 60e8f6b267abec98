import { describe, expect, it } from '@jest/globals';
import { answerFromWire, introspectionFromWire, overviewFromWire, type Introspection } from '@pcft/auth';
import type { InactiveReason } from '@pcft/auth';
import type { Statement } from '@pcft/policy';
import {
  overviewToService,
  overviewToWire,
  workspaceToService,
  workspaceToWire,
} from './introspection-to-wire.ts';
import { introspectionOf, overviewOf } from './read-introspection.ts';
import type { OverviewRow, WorkspaceRow } from './introspection-row.ts';

const acc = 'acc_01HZ3K5R4X9Y2V6QF8TJ7W0CDN';
const ws = 'ws_01HZ3K5R4X9Y2V6QF8TJ7W0CDN';
const other = 'ws_01HZ3K5R4X9Y2V6QF8TJ7W0CDP';
const pat = 'pat_01HZ3K5R4X9Y2V6QF8TJ7W0CDN';
const parent = 'pat_01HZ3K5R4X9Y2V6QF8TJ7W0CDP';

const credential = {
  pos: 7n,
  epoch: 'e1',
  credential_id: pat,
  type: 'pat' as const,
  name: 'ci',
  account_id: acc,
  email: 'a@example.com',
  full_name: 'Ada',
  pin: ws,
  statements: [{ effect: 'allow' as const, actions: ['workspace.*'], resources: ['*'] }],
  boundaries: [] as Statement[][],
  scopes: null as string[] | null,
  conditions: { ip: ['10.0.0.0/8'] },
  ancestor_ids: [parent],
  created_at: new Date('2026-01-01T00:00:00Z'),
  first_created_at: new Date('2026-01-01T00:00:00Z'),
  expires_at: new Date('2027-01-01T00:00:00Z'),
  reason: null as InactiveReason | null,
  ttl_ms: 5_000,
};
const membership = {
  workspace_id: ws,
  slug: 'acme',
  role: 'admin' as const,
  role_id: null as string | null,
  role_name: null as string | null,
  role_statements: null as Statement[] | null,
  disabled_services: ['heimdall'],
  plan: 'pro' as const,
  mode: 'live' as const,
  max_token_lifetime_seconds: null as number | null,
  who_may_mint: 'member' as const,
};
const row = { ...credential, ...membership, ambiguous: false } satisfies WorkspaceRow;

const auditing: Statement[] = [{ effect: 'allow', actions: ['workspace.audit.read'], resources: ['*'] }];
const auditor = {
  role_id: 'rol_01HZ3K5R4X9Y2V6QF8TJ7W0CDN',
  role_name: 'auditor',
  role_statements: auditing,
};

function known<T extends { state: string }>(introspection: T) {
  if (introspection.state === 'unknown') throw new Error('unknown');
  return introspection as Exclude<T, { state: 'unknown' }>;
}

/** Compiled policies are opaque: what they say is their statements. */
function plain(introspection: unknown): unknown {
  return JSON.parse(JSON.stringify(introspection));
}

function roundTrip(each: WorkspaceRow & { credential_id: string }) {
  const before = introspectionOf(each);
  const wire = plain(workspaceToService(known<Introspection>(before), each));
  return { before: plain(before), after: plain(introspectionFromWire(wire)), wire };
}

describe('an introspection over the wire', () => {
  const cases: [string, WorkspaceRow & { credential_id: string }][] = [
    ['an active member', row],
    ['a session of an owner', { ...row, type: 'session', pin: null, role: 'owner', conditions: null }],
    ['a custom role', { ...row, ...auditor }],
    ['a child of what can change', { ...row, boundaries: [auditing, credential.statements] }],
    ['pinned elsewhere', { ...row, workspace_id: other }],
    ['account-wide, with an end here alone', { ...row, pin: null, max_token_lifetime_seconds: 60 }],
    ['not a member', { ...credential, workspace_id: null, ambiguous: false }],
    ['ambiguous', { ...credential, pin: null, workspace_id: null, ambiguous: true }],
    ...(['revoked', 'disabled', 'expired', 'account-closed'] as const).map((reason): [string, typeof row] => [
      reason,
      { ...row, reason },
    ]),
  ];

  it.each(cases)('reads at the other end as it was written: %s', (_name, each) => {
    const { before, after } = roundTrip(each);
    expect(after).toEqual(before);
  });

  it('shows a custom role with its cap and its statements, and the boundary', () => {
    expect(
      workspaceToWire(known(introspectionOf({ ...row, ...auditor, boundaries: [auditing] }))),
    ).toMatchObject({
      role: { id: auditor.role_id, name: 'auditor' },
      role_cap: 'admin',
      role_policy: auditing,
      boundary: [auditing],
    });
  });

  it('is nothing where a custom role has no statements: without them it would be wider', () => {
    expect(() => introspectionOf({ ...row, ...auditor, role_statements: null })).toThrow('cannot be read');
  });

  it('gives a pinned credential no policy elsewhere', () => {
    expect(roundTrip({ ...row, workspace_id: other }).wire).toMatchObject({
      is_member: true,
      pinned: true,
      policy: [],
    });
  });

  it('tells strangers nothing that a service needs', () => {
    expect(Object.keys(workspaceToWire(known(introspectionOf(row)))).sort()).toEqual([
      'conditions',
      'id',
      'is_member',
      'mode',
      'plan',
      'policy',
      'role',
      'role_cap',
      'services',
      'slug',
    ]);
    expect(
      workspaceToWire(known(introspectionOf({ ...credential, workspace_id: null, ambiguous: false }))),
    ).toEqual({ is_member: false, role: null, policy: [], services: [] });
  });
});

describe('an answer for the cache', () => {
  const answer = (each: WorkspaceRow & { credential_id: string }) => answerFromWire(roundTrip(each).wire);

  it('rests on the credential, its ancestors, the account, the workspace and the membership', () => {
    expect(answer(row)).toMatchObject({ epoch: 'e1', pos: 7, positive: true, ttlMs: 5_000 });
    expect(answer(row).subjects).toEqual([
      { kind: 'credential', id: pat },
      { kind: 'credential', id: parent },
      { kind: 'account', id: acc },
      { kind: 'workspace', id: ws },
      { kind: 'member', id: `${acc}:${ws}` },
    ]);
  });

  it('is positive only where something is granted', () => {
    expect(answer({ ...row, reason: 'revoked' }).positive).toBe(false);
    expect(answer({ ...row, workspace_id: other }).positive).toBe(false);
    expect(answer({ ...credential, workspace_id: null, ambiguous: false }).positive).toBe(false);
  });

  it('has no expiry where there is none', () => {
    expect(answer({ ...row, ttl_ms: null }).ttlMs).toBeNull();
  });
});

describe('an overview over the wire', () => {
  const overview = {
    ...credential,
    memberships: [membership, { ...membership, workspace_id: other, slug: 'beta' }],
  } satisfies OverviewRow;

  it.each([null, 'revoked' as const])('reads at the other end as it was written (%s)', (reason) => {
    const before = overviewOf({ ...overview, reason });
    const wire = plain(overviewToService(known(before), { ...overview, reason }));
    // The overview's memberships carry the conditions of the credential; both sides do.
    expect(plain(overviewFromWire(wire))).toEqual(plain(before));
  });

  it('shows its owner the account, the credential and every workspace, pinned or not', () => {
    expect(overviewToWire(known(overviewOf(overview)), overview)).toMatchObject({
      is_authenticated: true,
      account: { id: acc, email: 'a@example.com', name: 'Ada' },
      principal: { id: pat, expires_at: '2027-01-01T00:00:00.000Z' },
      policy: credential.statements,
      workspaces: [
        { id: ws, role: { name: 'admin' }, services: ['platform', 'audit', 'projects'] },
        { id: other, pinned: true, policy: [] },
      ],
    });
  });
});
