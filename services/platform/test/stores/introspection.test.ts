import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Credential, Introspection } from '@pcft/auth';
import { createToken, tokenDigest } from '@pcft/credentials';
import { DatabaseIntrospector } from '../../src/introspection/database-introspector.ts';
import { PrismaIntrospectionStore } from '../../src/introspection/prisma-introspection-store.ts';
import { createScratchPlatform, Fixtures, pepper, type ScratchPlatform } from './scratch-platform.ts';

let scratch: ScratchPlatform;
let fixtures: Fixtures;
let store: PrismaIntrospectionStore;
let introspector: DatabaseIntrospector;

/** An account that owns `one` and is a member of `two`. */
let acc: string;
let one: { id: string; slug: string };
let two: { id: string; slug: string };
let foreign: { id: string; slug: string };

beforeAll(async () => {
  scratch = await createScratchPlatform();
  fixtures = new Fixtures(scratch.database);
  store = new PrismaIntrospectionStore(scratch.database, pepper);
  introspector = new DatabaseIntrospector(store);
  acc = await fixtures.account();
  one = await fixtures.workspace();
  two = await fixtures.workspace();
  foreign = await fixtures.workspace();
  await fixtures.member(acc, one.id, 'owner');
  await fixtures.member(acc, two.id, 'member');
});
afterAll(() => scratch.close());

const pat = (token: string): Credential => ({ kind: 'pat', token });
const resolve = (credential: Credential, workspace: string): Promise<Introspection> =>
  introspector.resolve(credential, workspace, (introspection) => introspection);

function accessIn(introspection: Introspection) {
  if (introspection.state !== 'active') throw new Error(`it is ${introspection.state}`);
  return introspection.access;
}

describe('a token in its states', () => {
  const past = new Date(Date.now() - 1_000);
  const future = new Date(Date.now() + 60_000);
  it.each<[string, Parameters<Fixtures['token']>[1], string]>([
    ['good', {}, 'active'],
    ['good until later', { expiresAt: future }, 'active'],
    ['expired', { expiresAt: past }, 'expired'],
    ['disabled', { disabledAt: past }, 'disabled'],
    ['revoked', { revokedAt: past }, 'revoked'],
    ['revoked, disabled and expired', { revokedAt: past, disabledAt: past, expiresAt: past }, 'revoked'],
    ['disabled and expired', { disabledAt: past, expiresAt: past }, 'disabled'],
  ])('is %s', async (_name, change, expected) => {
    const { id, token } = await fixtures.token(acc, change);
    const introspection = await resolve(pat(token), one.id);
    const said = introspection.state === 'inactive' ? introspection.reason : introspection.state;
    expect(said).toBe(expected);
    if (introspection.state !== 'unknown')
      expect(introspection.principal).toMatchObject({ id, accountId: acc });
  });

  it('is unknown when it was never issued', async () => {
    expect(await resolve(pat(createToken('pat')), one.id)).toEqual({ state: 'unknown' });
    expect(await introspector.overview(pat(createToken('pat')))).toEqual({ state: 'unknown' });
    expect(await resolve({ kind: 'app-key', token: createToken('app-key') }, one.id)).toEqual({
      state: 'unknown',
    });
  });

  it('is not taken for a session with the same digest, nor the other way round', async () => {
    const { token } = await fixtures.token(acc);
    expect(await resolve({ kind: 'session', token }, one.id)).toEqual({ state: 'unknown' });
  });

  it('goes with its account', async () => {
    const gone = await fixtures.account();
    const { token } = await fixtures.token(gone);
    const session = await fixtures.session(gone);
    await scratch.database.$executeRaw`UPDATE account SET closed_at = now() WHERE id = ${gone}`;
    for (const credential of [pat(token), { kind: 'session', token: session.token } as const])
      expect(await resolve(credential, '-')).toMatchObject({ state: 'inactive', reason: 'account-closed' });
  });
});

describe('a session', () => {
  it('may do all that the role allows', async () => {
    const { token } = await fixtures.session(acc);
    expect(accessIn(await resolve({ kind: 'session', token }, two.id))).toMatchObject({
      role: 'member',
      statements: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
    });
  });

  it.each([
    ['ended', { endedAt: new Date() }, 'revoked'],
    ['expired', { expiresAt: new Date(Date.now() - 1) }, 'expired'],
  ])('is dead when it has %s', async (_name, change, reason) => {
    const { token } = await fixtures.session(acc, change);
    expect(await resolve({ kind: 'session', token }, one.id)).toMatchObject({ state: 'inactive', reason });
  });
});

describe('a workspace', () => {
  it('is found by id, by slug and by a slug it had before', async () => {
    const { token } = await fixtures.token(acc);
    const alias = `old-${one.slug}`;
    await scratch.database.workspaceSlug.create({ data: { slug: alias, workspaceId: one.id } });
    for (const reference of [one.id, one.slug, alias])
      expect(accessIn(await resolve(pat(token), reference))).toMatchObject({
        id: one.id,
        slug: one.slug,
        role: 'owner',
        pinned: false,
      });
  });

  it('looks the same whether it is foreign or does not exist', async () => {
    const { token } = await fixtures.token(acc);
    const absent = await resolve(pat(token), 'ws_00000000000000000000000000');
    expect(accessIn(absent)).toBeNull();
    for (const reference of [foreign.id, foreign.slug, 'no-such-slug'])
      expect(JSON.stringify(await resolve(pat(token), reference))).toBe(JSON.stringify(absent));
  });

  it('is named without its switched-off services', async () => {
    const { token } = await fixtures.token(acc);
    const quiet = await fixtures.workspace();
    await fixtures.member(acc, quiet.id);
    await scratch.database.workspaceService.create({
      data: { workspaceId: quiet.id, service: 'heimdall' },
    });
    expect(accessIn(await resolve(pat(token), quiet.id))?.services).toEqual([
      'platform',
      'audit',
      'projects',
    ]);
    await scratch.database.member.deleteMany({ where: { workspaceId: quiet.id } });
  });
});

describe('a rotated token', () => {
  it('is known by both secrets, the former with an end of its own', async () => {
    const former = createToken('pat');
    const { id, token } = await fixtures.token(acc, { expiresAt: new Date(Date.now() + 600_000) });
    const rotate = (previousUntil: Date) =>
      scratch.database.accessToken.update({
        where: { id },
        data: { previousDigest: tokenDigest(pepper, former), previousUntil },
      });
    const ttl = async (secret: string) => {
      const row = await store.inWorkspace(pat(secret), one.id);
      return row && 'ttl_ms' in row ? row.ttl_ms : null;
    };

    await rotate(new Date(Date.now() + 20_000));
    for (const secret of [token, former])
      expect(await resolve(pat(secret), one.id)).toMatchObject({ state: 'active', principal: { id } });
    expect(await ttl(former)).toBeLessThanOrEqual(20_000);
    expect(await ttl(former)).toBeGreaterThan(5_000);
    expect(await ttl(token)).toBeGreaterThan(500_000);

    await rotate(new Date(Date.now() - 1));
    expect(await resolve(pat(former), one.id)).toMatchObject({ state: 'inactive', reason: 'expired' });
    expect(await introspector.overview(pat(former))).toMatchObject({ state: 'inactive' });
    expect(await resolve(pat(token), one.id)).toMatchObject({ state: 'active' });
  });

  it('has no more time by its former secret than the token itself', async () => {
    const former = createToken('pat');
    const { id } = await fixtures.token(acc, { expiresAt: new Date(Date.now() + 5_000) });
    await scratch.database.accessToken.update({
      where: { id },
      data: {
        previousDigest: tokenDigest(pepper, former),
        previousUntil: new Date(Date.now() + 60_000),
      },
    });
    const row = await store.inWorkspace(pat(former), one.id);
    expect(row && 'ttl_ms' in row && row.ttl_ms).toBeLessThanOrEqual(5_000);
  });
});

describe('a closed workspace', () => {
  it('is absent, and its pinned tokens sleep until it is open again', async () => {
    const person = await fixtures.account();
    const [closing, staying] = [await fixtures.workspace(), await fixtures.workspace()];
    for (const { id } of [closing, staying]) await fixtures.member(person, id);
    const pinned = await fixtures.token(person, { workspaceId: closing.id });
    const wide = await fixtures.token(person);
    const absent = JSON.stringify(await resolve(pat(wide.token), 'ws_00000000000000000000000000'));
    const close = (closedAt: Date | null) =>
      scratch.database.workspace.update({ where: { id: closing.id }, data: { closedAt } });

    await close(new Date());
    for (const reference of [closing.id, closing.slug])
      expect(JSON.stringify(await resolve(pat(wide.token), reference))).toBe(absent);
    expect(accessIn(await resolve(pat(wide.token), '-'))).toMatchObject({ id: staying.id });
    expect(await introspector.overview(pat(wide.token))).toMatchObject({ workspaces: [{ id: staying.id }] });
    for (const reference of [closing.id, staying.id, '-'])
      expect(await resolve(pat(pinned.token), reference)).toMatchObject({
        state: 'inactive',
        reason: 'disabled',
      });

    await close(null);
    expect(await resolve(pat(wide.token), '-')).toMatchObject({ access: null, ambiguous: true });
    expect(accessIn(await resolve(pat(pinned.token), '-'))).toMatchObject({ id: closing.id });
  });
});

describe('a pinned token', () => {
  it('is good for nothing in another workspace of its account', async () => {
    const { token } = await fixtures.token(acc, { workspaceId: one.id });
    expect(accessIn(await resolve(pat(token), one.id))).toMatchObject({ pinned: false });
    expect(accessIn(await resolve(pat(token), two.id))).toMatchObject({ pinned: true, statements: [] });
    expect(accessIn(await resolve(pat(token), foreign.id))).toBeNull();
  });

  it('implies its pin, also where the account has several workspaces', async () => {
    const { token } = await fixtures.token(acc, { workspaceId: two.id });
    expect(accessIn(await resolve(pat(token), '-'))).toMatchObject({ id: two.id });
  });

  it('reaches nothing when its account has left', async () => {
    const left = await fixtures.account();
    const { token } = await fixtures.token(left, { workspaceId: one.id });
    expect(accessIn(await resolve(pat(token), one.id))).toBeNull();
    expect(await resolve(pat(token), '-')).toMatchObject({ access: null, ambiguous: false });
  });
});

describe('the implied workspace', () => {
  it('is the only membership', async () => {
    const single = await fixtures.account();
    await fixtures.member(single, one.id, 'admin');
    const { token } = await fixtures.token(single);
    expect(accessIn(await resolve(pat(token), '-'))).toMatchObject({ id: one.id, role: 'admin' });
  });

  it('is ambiguous with several memberships, and with none', async () => {
    const { token } = await fixtures.token(acc);
    expect(await resolve(pat(token), '-')).toMatchObject({ access: null, ambiguous: true });
    const none = await fixtures.account();
    const lonely = await fixtures.token(none);
    expect(await resolve(pat(lonely.token), '-')).toMatchObject({ access: null, ambiguous: true });
  });

  it('is not ambiguous when one was named', async () => {
    const { token } = await fixtures.token(acc);
    expect(await resolve(pat(token), foreign.id)).toMatchObject({ access: null, ambiguous: false });
  });
});

describe('a child token', () => {
  it.each(['revokedAt', 'disabledAt', 'expiresAt'] as const)(
    'is dead as soon as its grandparent has %s, whatever its own row says',
    async (column) => {
      const eldest = await fixtures.token(acc);
      const parent = await fixtures.token(acc, { ancestorIds: [eldest.id] });
      const child = await fixtures.token(acc, { ancestorIds: [eldest.id, parent.id] });
      expect(await resolve(pat(child.token), one.id)).toMatchObject({ state: 'active' });
      await scratch.database.accessToken.update({
        where: { id: eldest.id },
        data: { [column]: new Date(Date.now() - 1) },
      });
      const reason = { revokedAt: 'revoked', disabledAt: 'disabled', expiresAt: 'expired' }[column];
      expect(await resolve(pat(child.token), one.id)).toMatchObject({ state: 'inactive', reason });
    },
  );

  it('has no more time than its ancestors', async () => {
    const parent = await fixtures.token(acc, { expiresAt: new Date(Date.now() + 5_000) });
    const child = await fixtures.token(acc, {
      ancestorIds: [parent.id],
      expiresAt: new Date(Date.now() + 60_000),
    });
    const row = await store.inWorkspace(pat(child.token), one.id);
    expect(row).toMatchObject({ ancestor_ids: [parent.id] });
    expect(row && 'ttl_ms' in row && row.ttl_ms).toBeLessThanOrEqual(5_000);
  });
});

describe('what a service needs to cache an answer', () => {
  it('comes from the same statement: position, epoch and the time that is left', async () => {
    const { token } = await fixtures.token(acc, { expiresAt: new Date(Date.now() + 10_000) });
    const { n } = await scratch.database.invalPos.findFirstOrThrow();
    const row = await store.inWorkspace(pat(token), one.id);
    expect(row?.pos).toBe(n);
    expect(row?.epoch).toMatch(/^[0-9a-f-]{36}\.\d+\.\d+$/);
    expect(row && 'ttl_ms' in row && row.ttl_ms).toBeGreaterThan(5_000);
  });

  it('has no end where nothing expires', async () => {
    const { token } = await fixtures.token(acc);
    expect(await store.inWorkspace(pat(token), one.id)).toMatchObject({ ttl_ms: null });
  });
});

describe('the overview', () => {
  it('lists every membership, oldest first, with what the credential may do there', async () => {
    const { token } = await fixtures.token(acc, { workspaceId: two.id });
    expect(await introspector.overview(pat(token))).toMatchObject({
      state: 'active',
      workspaces: [
        { id: one.id, role: 'owner', pinned: true, statements: [] },
        { id: two.id, role: 'member', pinned: false },
      ],
    });
  });

  it('says why a credential is dead', async () => {
    const { token } = await fixtures.token(acc, { revokedAt: new Date() });
    expect(await introspector.overview(pat(token))).toMatchObject({ state: 'inactive', reason: 'revoked' });
  });
});
