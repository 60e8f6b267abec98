import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const inApp = () => ({ auth: world.owner.pat, params: { app: world.app.name } });
const permissions = ['billing:read', 'billing:write'];
const create = async () =>
  (
    await expectStatus(
      suite.call('createCredential', { ...inApp(), body: { name: 'billing-service', permissions } }),
      201,
    )
  ).body as Record<string, string>;
const params = (id = '') => ({ app: world.app.id, credential_id: id });
const update = (id: string | undefined, body: object) =>
  suite.call('updateCredential', { auth: world.owner.pat, params: params(id), body });
const copyOf = async (id: string | undefined) => {
  const { rows } = await suite
    .database('tokens')
    .query('SELECT status, permissions, secrets FROM directory_credential WHERE id = $1', [id]);
  return rows[0] as {
    status: string;
    permissions: string[];
    secrets: { digest: string; until: string | null }[];
  };
};

describe('201', () => {
  it('answers the body of seed 001, field for field, and the secret once', async () => {
    const body = await create();
    expect(body).toEqual({
      id: expect.stringMatching(/^cred_/),
      app_id: world.app.id,
      name: 'billing-service',
      client_id: expect.stringMatching(/^svc_/),
      client_secret: expect.stringMatching(/^sk_live_[0-9A-Za-z]{36}$/),
      permissions,
      last_four: body['client_secret']?.slice(-4),
      previous_secrets_until: null,
      last_used_at: null,
      created_at: expect.any(String),
      updated_at: body['created_at'],
    });
    const { client_secret: secret, ...rest } = body;
    const listed = await suite.call('listCredentials', { ...inApp(), query: { limit: 100 } });
    expect(listed.body.data).toContainEqual(rest);
    expect(listed.text).not.toContain(secret);
  });

  it('keeps the secret nowhere: neither of the two databases holds it', async () => {
    const { client_secret: secret } = await create();
    for (const [database, tables] of [
      ['heimdall_admin', ['credential', 'credential_secret', 'directory_change', 'outbox_event']],
      ['tokens', ['directory_credential', 'outbox_event']],
    ] as const)
      for (const table of tables) {
        const { rows } = await suite
          .database(database)
          .query(`SELECT 1 FROM ${table} t WHERE t::text LIKE '%' || $1 || '%'`, [secret]);
        expect([table, rows]).toEqual([table, []]);
      }
  });
});

describe('updating', () => {
  it('renames and changes permissions, without a secret in the answer', async () => {
    const { id } = await create();
    const { status, body } = await update(id, { name: 'renamed', permissions: ['billing:read'] });
    expect([status, body.name, body.permissions, body.client_secret]).toEqual([
      200,
      'renamed',
      ['billing:read'],
      undefined,
    ]);
    expect((await copyOf(id)).permissions).toEqual(['billing:read']);
  });

  it('rotates without overlap: the secret before is gone when the call returns', async () => {
    const { id, client_secret: first } = await create();
    const before = await copyOf(id);
    const { body } = await update(id, { rotate: true });
    expect(body.client_secret).toMatch(/^sk_live_/);
    expect(body.client_secret).not.toBe(first);
    const after = await copyOf(id);
    expect(after.secrets).toHaveLength(1);
    expect(after.secrets[0]?.digest).not.toBe(before.secrets[0]?.digest);
  });

  it('rotates with overlap: the secret before stays good so long, and a rotation without ends it', async () => {
    const { id } = await create();
    const { body } = await update(id, { rotate: true, overlap_seconds: 3600 });
    const until = Date.parse(body.previous_secrets_until as string);
    expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect((await copyOf(id)).secrets.map((secret) => secret.until)).toEqual([
      null,
      body.previous_secrets_until,
    ]);
    expect((await update(id, { rotate: true })).body.previous_secrets_until).toBeNull();
    expect((await copyOf(id)).secrets).toHaveLength(1);
  });

  it('409 for a sixth secret at a time', async () => {
    const { id } = await create();
    for (let i = 0; i < 4; i++) await expectStatus(update(id, { rotate: true, overlap_seconds: 3600 }), 200);
    const { status, body } = await update(id, { rotate: true, overlap_seconds: 3600 });
    expect([status, body.error.details[0].field]).toEqual([409, 'overlap_seconds']);
  });

  it.each([
    {},
    { overlap_seconds: 60 },
    { rotate: true, overlap_seconds: 604_801 },
    { permissions: ['billing'] },
  ])('400 with %j', async (body) => {
    expect((await update(world.credential.id, body)).status).toBe(400);
  });
});

describe('revoking', () => {
  it('is in force when the call returns, and may be repeated', async () => {
    const { id } = await create();
    const revoke = () => suite.call('revokeCredential', { auth: world.owner.pat, params: params(id) });
    expect((await revoke()).status).toBe(204);
    expect(await copyOf(id)).toMatchObject({ status: 'revoked', secrets: [] });
    expect((await revoke()).status).toBe(204);
    expect((await update(id, { name: 'back' })).status).toBe(404);
    const listed = await suite.call('listCredentials', { ...inApp(), query: { limit: 100 } });
    expect(listed.text).not.toContain(id);
  });
});
