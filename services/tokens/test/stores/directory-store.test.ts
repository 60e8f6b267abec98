import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultAppSettings } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import { seededRandom, uniqueName } from '@pcft/testing';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryRecord } from '../../src/directory/directory-record.ts';
import type { DirectoryStore } from '../../src/directory/directory-store.ts';
import { createPrismaDirectoryStore } from '../../src/directory/prisma-directory-store.ts';
import { connectColdStores } from './cold-stores.ts';

let prisma: PrismaClient;
let store: DirectoryStore;
const appId = createId('app_');

beforeAll(async () => {
  const cold = connectColdStores('directory-store test');
  ({ prisma } = cold);
  store = createPrismaDirectoryStore(prisma, cold.changes);
  await store.apply([
    {
      kind: 'app',
      id: appId,
      app_id: appId,
      version: 1,
      deleted: false,
      data: { workspace_id: createId('ws_'), name: uniqueName('store'), status: 'active' },
    },
  ]);
});
afterAll(() => prisma.$disconnect());

const user = (id: string, version: number, more: object = {}): DirectoryRecord => ({
  kind: 'user',
  id,
  app_id: appId,
  version,
  deleted: false,
  data: {
    email: `Version-${version}-${id}@Acme.co`,
    status: 'active',
    password_hash: null,
    role_ids: [],
    ...more,
  },
});
const tombstone = (id: string, version: number): DirectoryRecord => ({
  kind: 'user',
  id,
  app_id: appId,
  version,
  deleted: true,
  data: null,
});

describe('versions', () => {
  it('end at the newest, in whatever order, grouping and repetition they are delivered', async () => {
    const random = seededRandom(20_260_220);
    for (let round = 0; round < 20; round++) {
      const id = createId('usr_');
      const versions = Array.from({ length: 8 }, (_, i) => user(id, i + 1));
      const shuffled = [...versions, ...versions].sort(() => random.below(3) - 1);
      for (let i = 0; i < shuffled.length; i += 3) await store.apply(shuffled.slice(i, i + 3));
      expect((await store.findUser(appId, id))?.email).toBe(`Version-8-${id}@Acme.co`);
    }
  });

  it('end at the newest, also when deliveries overlap', async () => {
    const ids = Array.from({ length: 30 }, () => createId('usr_'));
    const delivery = (version: number) => store.apply(ids.map((id) => user(id, version)));
    await Promise.all([3, 1, 5, 2, 4, 5, 1].map(delivery));
    for (const id of ids) expect((await store.findUser(appId, id))?.email).toBe(`Version-5-${id}@Acme.co`);
  });

  it('do not deadlock deliveries that bring the same records in opposite order', async () => {
    const ids = Array.from({ length: 50 }, () => createId('usr_'));
    const forwards = (version: number) => store.apply(ids.map((id) => user(id, version)));
    const backwards = (version: number) => store.apply([...ids].reverse().map((id) => user(id, version)));
    const versions = Array.from({ length: 10 }, (_, i) => 2 * i + 1);
    await Promise.all(versions.flatMap((version) => [forwards(version), backwards(version + 1)]));
    expect((await store.findUser(appId, ids[0] ?? ''))?.email).toContain('Version-20-');
  });

  it('count as applied once each', async () => {
    const id = createId('usr_');
    const counts = await Promise.all(Array.from({ length: 10 }, () => store.apply([user(id, 1)])));
    expect(counts.reduce((a, b) => a + b)).toBe(1);
  });

  it('of a deleted record bring it back only if they are newer', async () => {
    const id = createId('usr_');
    await store.apply([tombstone(id, 3)]);
    expect(await store.apply([user(id, 1), user(id, 2)])).toBe(0);
    expect(await store.findUser(appId, id)).toBeNull();
    expect(await store.apply([user(id, 4)])).toBe(1);
    expect(await store.findUser(appId, id)).not.toBeNull();
  });
});

describe('look-ups', () => {
  it('find an address however it is written, only in its app', async () => {
    const id = createId('usr_');
    await store.apply([user(id, 1)]);
    expect((await store.findUserByEmail(appId, `VERSION-1-${id}@acme.CO`))?.id).toBe(id);
    expect(await store.findUserByEmail(createId('app_'), `version-1-${id}@acme.co`)).toBeNull();
    expect(await store.findUser(createId('app_'), id)).toBeNull();
  });

  it('believe neither of two users of one address', async () => {
    const [one, two] = [createId('usr_'), createId('usr_')];
    const email = `${uniqueName('both')}@acme.co`;
    await store.apply([user(one, 1, { email }), user(two, 1, { email })]);
    expect(await store.findUserByEmail(appId, email)).toBeNull();
    await store.apply([tombstone(one, 2)]);
    expect((await store.findUserByEmail(appId, email))?.id).toBe(two);
  });

  it('give the permissions of roles of the same app only', async () => {
    const [own, foreign] = [createId('role_'), createId('role_')];
    const role = (id: string, app: string): DirectoryRecord => ({
      kind: 'role',
      id,
      app_id: app,
      version: 1,
      deleted: false,
      data: { name: 'editor', permissions: ['a:b', "c:'d'"] },
    });
    await store.apply([role(own, appId), role(foreign, createId('app_'))]);
    expect(await store.rolesOf(appId, [own, foreign, createId('role_')])).toEqual([
      { name: 'editor', permissions: ['a:b', "c:'d'"] },
    ]);
  });

  it('take a key until it expires, by the clock of the database', async () => {
    const digest = Buffer.alloc(32, 7);
    digest.write(createId('key_'));
    const id = createId('key_');
    const key = (version: number, expiresAt: string | null): DirectoryRecord => ({
      kind: 'app-key',
      id,
      app_id: appId,
      version,
      deleted: false,
      data: { name: 'service', digest: digest.toString('hex'), expires_at: expiresAt },
    });
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    await store.apply([key(1, null)]);
    expect(await store.findAppKey(digest)).toMatchObject({ id, active: true });
    await store.apply([key(2, inMs(60_000))]);
    expect(await store.findAppKey(digest)).toMatchObject({ id, active: true });
    await store.apply([key(3, inMs(-1))]);
    expect(await store.findAppKey(digest)).toMatchObject({ id, active: false });
  });
});

describe('an app', () => {
  it('brings its settings, and has the defaults as long as it brings none', async () => {
    const id = createId('app_');
    const app = (version: number, more: object): DirectoryRecord => ({
      kind: 'app',
      id,
      app_id: id,
      version,
      deleted: false,
      data: { workspace_id: createId('ws_'), name: uniqueName('set'), status: 'active', ...more },
    });
    await store.apply([app(1, {})]);
    expect((await store.findApp(id))?.settings).toEqual(defaultAppSettings);
    const settings = { ...defaultAppSettings, sign_up: 'closed' as const };
    await store.apply([app(2, { settings, display_name: 'Acme' })]);
    expect(await store.findApp(id)).toMatchObject({ settings, displayName: 'Acme' });
  });
});

describe('a user', () => {
  it('has a profile, and what was issued is void from when a rise of the session epoch was learnt', async () => {
    const id = createId('usr_');
    const profile = { display_name: 'Jane', metadata: { team: 1 }, email_verified: true, session_epoch: 1 };
    await store.apply([user(id, 1, profile)]);
    expect(await store.findUser(appId, id)).toMatchObject({
      displayName: 'Jane',
      metadata: { team: 1 },
      emailVerified: true,
      version: 1,
      sessionsEndedAt: null,
    });
    const before = Date.now();
    await store.apply([user(id, 2, { ...profile, session_epoch: 2 })]);
    const endedAt = (await store.findUser(appId, id))?.sessionsEndedAt?.getTime() ?? 0;
    expect(endedAt).toBeGreaterThanOrEqual(before - 5);
    expect(endedAt).toBeLessThanOrEqual(Date.now() + 5);
    await store.apply([user(id, 3, { ...profile, session_epoch: 2 })]);
    expect((await store.findUser(appId, id))?.sessionsEndedAt?.getTime()).toBe(endedAt);
  });
});

describe('a credential', () => {
  it('is found by its client id in its app, with the secrets that are good now', async () => {
    const [id, clientId] = [createId('cred_'), createId('svc_')];
    const digest = (n: number) => n.toString(16).padStart(64, '0');
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const credential = (version: number, status: 'active' | 'revoked'): DirectoryRecord => ({
      kind: 'credential',
      id,
      app_id: appId,
      version,
      deleted: false,
      data: {
        client_id: clientId,
        name: 'billing',
        status,
        permissions: ['billing:read'],
        secrets: [
          { digest: digest(3), until: null },
          { digest: digest(2), until: inMs(60_000) },
          { digest: digest(1), until: inMs(-1) },
        ],
      },
    });
    await store.apply([credential(1, 'active')]);
    const found = await store.findCredentialByClientId(appId, clientId);
    expect(found).toMatchObject({ id, name: 'billing', active: true, permissions: ['billing:read'] });
    expect(found?.digests.map((each) => each.toString('hex'))).toEqual([digest(3), digest(2)]);
    expect(await store.findCredentialByClientId(createId('app_'), clientId)).toBeNull();
    await store.apply([credential(2, 'revoked')]);
    expect(await store.findCredential(appId, id)).toMatchObject({ active: false });
  });
});
