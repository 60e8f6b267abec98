import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { reasonFor, signIn, signUp } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const params = () => ({ app: world.app.id });
const list = (auth: string, query: object = {}) =>
  suite.call('listUserSessions', { auth, params: params(), query: query as Record<string, number> });
const meStatus = async (auth: string) => (await suite.call('getEndUser', { auth, params: params() })).status;

describe('listUserSessions', () => {
  it('200 with the own sessions only, newest first, and which of them this is', async () => {
    const { access, email } = await signUp(suite, world);
    await signIn(suite, world, email);
    const { body } = await list(access);
    expect(body.data.map(({ current }: { current: boolean }) => current)).toEqual([false, true]);
    expect(body.pagination.total).toBe(2);
    expect(body.data[0]).toMatchObject({ ip: expect.any(String), last_seen_at: expect.any(String) });
    const page = await list(access, { limit: 1, offset: 1 });
    expect(page.body.data).toEqual([body.data[1]]);
  });
});

describe('revokeUserSession', () => {
  it('204 when no token of it is taken any more; 404 the next time', async () => {
    const { access, email } = await signUp(suite, world);
    const other = await signIn(suite, world, email);
    const { body } = await list(access);
    const input = { auth: access, params: { ...params(), session_id: body.data[0].id as string } };
    expect((await suite.call('revokeUserSession', input)).status).toBe(204);
    expect(await reasonFor(suite, world, other.access)).toBe('session_ended');
    expect(await meStatus(other.access)).toBe(401);
    expect((await suite.call('revokeUserSession', input)).status).toBe(404);
    expect(await meStatus(access)).toBe(200);
  });

  it('404 for a session of another user of the same app, which goes on', async () => {
    const [one, two] = [await signUp(suite, world), await signUp(suite, world)];
    const id = (await list(two.access)).body.data[0].id as string;
    const input = { auth: one.access, params: { ...params(), session_id: id } };
    expect((await suite.call('revokeUserSession', input)).status).toBe(404);
    expect(await meStatus(two.access)).toBe(200);
  });
});

describe('revokeOtherUserSessions', () => {
  it('200 when all but this one have ended', async () => {
    const { access, email } = await signUp(suite, world);
    const others = [await signIn(suite, world, email), await signIn(suite, world, email)];
    const { body } = await suite.call('revokeOtherUserSessions', { auth: access, params: params() });
    expect(body).toEqual({ sessions_ended: 2 });
    for (const other of others) expect(await meStatus(other.access)).toBe(401);
    expect(await meStatus(access)).toBe(200);
  });
});

describe('signOutUser', () => {
  it.each([
    [{}, 200],
    [{ everywhere: true }, 401],
  ])('204 with %j: this session has ended, another one answers %s', async (body, expected) => {
    const { access, refresh, email } = await signUp(suite, world);
    const other = await signIn(suite, world, email);
    expect((await suite.call('signOutUser', { auth: access, params: params(), body })).status).toBe(204);
    expect(await meStatus(access)).toBe(401);
    expect(await meStatus(other.access)).toBe(expected);
    const renewed = { params: params(), body: { refresh_token: refresh } };
    expect((await suite.call('refreshUserSession', renewed)).status).toBe(401);
  });
});
