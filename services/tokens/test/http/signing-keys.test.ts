import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const call = (operation: string, of = world, more: object = {}) =>
  suite.call(operation, { auth: of.owner.pat, params: { app: of.app.name }, ...more });
const rotate = (of = world) => call('rotateSigningKey', of, { body: {} });
const retire = (kid: string, of = world) =>
  call('retireSigningKey', of, { params: { app: of.app.id, kid }, body: {} });
const kids = async (of = world) =>
  ((await suite.call('getAppJwks', { params: { app: of.app.id } })).body.keys as { kid: string }[]).map(
    ({ kid }) => kid,
  );
const reasonFor = async (token: string, of = world) =>
  (await suite.call('authorize', { auth: of.appKey.secret, body: { token, permission: 'projects:read' } }))
    .body.reason as string;

describe('a rotation', () => {
  it('202: publishes the new key, which signs later; 409 while it waits', async () => {
    const rotated = await rotate();
    expect([rotated.status, rotated.body]).toEqual([
      202,
      {
        kid: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        app_id: world.app.id,
        status: 'pending',
        created_at: expect.any(String),
        signs_from: expect.any(String),
        verifies_until: null,
      },
    ]);
    const leadMs = Date.parse(rotated.body.signs_from) - Date.parse(rotated.body.created_at);
    expect(Math.abs(leadMs - 900_000)).toBeLessThan(5_000);
    expect(await kids()).toEqual([world.kid, rotated.body.kid]);
    expect((await rotate()).status).toBe(409);
    const listed = await call('listSigningKeys');
    expect(listed.body.data.map(({ kid, status }: { kid: string; status: string }) => [kid, status])).toEqual(
      [
        [rotated.body.kid, 'pending'],
        [world.kid, 'active'],
      ],
    );
  });
});

describe('a retirement', () => {
  it('200: the key is out of the JWKS, its tokens are refused at once, and a new key signs', async () => {
    const each = await createWorld(suite);
    expect(await reasonFor(each.accessToken, each)).toBe('allowed');
    const retired = await retire(each.kid, each);
    expect([retired.status, retired.body.status]).toEqual([200, 'retired']);
    expect(await reasonFor(each.accessToken, each)).toBe('token_signature_invalid');
    const { email, password } = each.user;
    const again = await suite.call('issueToken', {
      params: { app: each.app.id },
      body: { grant_type: 'password', email, password },
    });
    expect(await reasonFor(again.body.access_token, each)).toBe('allowed');
    expect(await kids(each)).not.toContain(each.kid);
    expect((await retire(each.kid, each)).status).toBe(409);
  });

  it('404: of a key of another app', async () => {
    const other = await createWorld(suite);
    expect((await retire(other.kid)).status).toBe(404);
  });
});
