import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId, createToken, tokenDigest } from '@pcft/credentials';
import { uniqueName } from '@pcft/testing';
import { decodeJwt } from 'jose';
import type { DirectoryApp, DirectoryStore } from '../../src/directory/directory-store.ts';
import { createPrismaDirectoryStore } from '../../src/directory/prisma-directory-store.ts';
import { issueForTenant } from '../../src/grants/issue-for-tenant.ts';
import { createPrismaSessionStore } from '../../src/sessions/prisma-session-store.ts';
import type { SessionStore } from '../../src/sessions/session-store.ts';
import { connectColdStores, type ColdStores } from './cold-stores.ts';

let cold: ColdStores;
let directory: DirectoryStore;
let sessions: SessionStore;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let app: DirectoryApp;
const [appId, userId, tenantId, emptyId] = [
  createId('app_'),
  createId('usr_'),
  createId('ten_'),
  createId('ten_'),
];
const [roleId, memberId] = [createId('role_'), createId('tmb_')];
const nothing = () => Promise.resolve();
const record = { app_id: appId, version: 1, deleted: false as const };

beforeAll(async () => {
  cold = connectColdStores('switch-tenant test');
  directory = createPrismaDirectoryStore(cold.prisma, cold.changes);
  sessions = createPrismaSessionStore(cold.prisma, cold.changes);
  const tenant = { name: 'acme', display_name: 'Acme', status: 'active' as const };
  await directory.apply([
    {
      ...record,
      kind: 'app',
      id: appId,
      data: { workspace_id: createId('ws_'), name: uniqueName('switch'), status: 'active' },
    },
    { ...record, kind: 'role', id: roleId, data: { name: 'editor', permissions: ['a:b'] } },
    {
      ...record,
      kind: 'user',
      id: userId,
      data: { email: 'a@acme.co', status: 'active', password_hash: 'x', role_ids: [] },
    },
    { ...record, kind: 'tenant', id: tenantId, data: tenant },
    { ...record, kind: 'tenant', id: emptyId, data: tenant },
    {
      ...record,
      kind: 'tenant-member',
      id: memberId,
      data: { tenant_id: tenantId, user_id: userId, role_ids: [roleId] },
    },
  ]);
  app = (await directory.findApp(appId)) as DirectoryApp;
});
afterAll(() => cold.prisma.$disconnect());

const begin = async () => {
  const [id, token] = [createId('ses_'), createToken('refresh-token')];
  const lifetimes = { idleSeconds: 600, lifetimeSeconds: 600 };
  const device = { ip: '', userAgent: null };
  const digest = tokenDigest('a pepper', token);
  const session = { id, appId, userId, device, lifetimes, tenantId: null, digest };
  await sessions.begin(session, () => Promise.resolve(true), nothing);
  return id;
};
const change = (sessionId: string, to: string | null) => {
  const keys = { signing: () => Promise.resolve({ kid: 'k', privateKey }) };
  const deps = { directory, sessions, publicUrl: 'http://localhost', keys: keys as never };
  return issueForTenant(deps, app, { userId, sessionId, tenantId: to }, nothing);
};
const claimsOf = async (switched: ReturnType<typeof change>) => {
  const done = await switched;
  if (done.refused !== null) throw new Error(done.refused);
  return decodeJwt(done.granted.accessToken);
};

describe('issueForTenant', () => {
  it('issues for a tenant of the user, and for none again; the session keeps the last', async () => {
    const id = await begin();
    expect(await claimsOf(change(id, tenantId))).toMatchObject({
      tenant: tenantId,
      sid: id,
      roles: ['editor'],
      permissions: ['a:b'],
    });
    expect(await sessions.list(appId, userId)).toContainEqual(expect.objectContaining({ id, tenantId }));
    const without = await claimsOf(change(id, null));
    expect([without['tenant'], without['roles']]).toEqual([undefined, []]);
  });

  it('refuses a tenant that is unknown or not the user’s, and a session that has ended', async () => {
    const id = await begin();
    for (const each of [emptyId, createId('ten_')])
      expect(await change(id, each)).toEqual({ refused: 'tenant_refused' });
    await sessions.end({ appId, userId, id }, nothing);
    expect(await change(id, tenantId)).toEqual({ refused: 'session_ended' });
  });

  it('lists the tenants of a user', async () => {
    expect(await directory.membershipsOf(appId, userId)).toEqual([
      { tenantId, name: 'acme', displayName: 'Acme', roleIds: [roleId], roles: ['editor'] },
    ]);
    await directory.apply([
      { ...record, kind: 'tenant-member', id: memberId, version: 2, deleted: true, data: null },
    ]);
    expect(await directory.membershipsOf(appId, userId)).toEqual([]);
    expect(await directory.findMembership(appId, tenantId, userId)).toBeNull();
  });
});
