import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const get = (id: string, auth = owner.session, query: Record<string, number> = {}) =>
  suite.call('getAccessTokenUsage', { auth, params: { ws: owner.workspace.id, id }, query });

/** Rows reach audit within 2 s. */
async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (done(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('200', () => {
  it('counts every call once, at whichever service, denials too', async () => {
    const { id, secret } = await suite.mint(owner, { kind: 'read-only' });
    const ws = { ws: owner.workspace.id };
    for (let n = 0; n < 3; n++) await suite.call('getWorkspace', { auth: secret, params: ws });
    for (let n = 0; n < 2; n++)
      await suite.call('listWorkspaceAuditLogs', { auth: secret, params: ws, on: 'gateway' });
    const denied = await suite.call('updateWorkspace', {
      auth: secret,
      params: ws,
      body: { display_name: 'x' },
    });
    expect(denied.status).toBe(403);
    const params = { organizationId: owner.workspace.id };
    await suite.call('listProjects', { auth: { apiKey: secret }, params });
    const usage = async () => (await get(id)).body;
    const body = await until(usage, ({ billing_period: { calls } }) => calls >= 7);
    expect(body).toMatchObject({
      access_token_id: id,
      billing_period: { calls: 7, refused: 0 },
      last_used_ip: '127.0.0.1',
      last_used_service: 'projects',
    });
    expect(body.days).toHaveLength(31);
    expect(body.days.at(-1)).toEqual({ day: new Date().toISOString().slice(0, 10), calls: 7, refused: 0 });
    // Reading about it is no call of it.
    expect((await usage()).billing_period.calls).toBe(7);
    await suite.call('updateAccessToken', {
      auth: owner.session,
      params: { ...ws, id },
      body: { status: 'disabled' },
    });
    expect((await suite.call('getWorkspace', { auth: secret, params: ws })).status).toBe(401);
    const after = await until(usage, ({ billing_period: { refused } }) => refused >= 1);
    expect(after.billing_period).toMatchObject({ calls: 7, refused: 1 });
  });

  it('has as many days as were asked for', async () => {
    expect((await get(owner.patId, owner.session, { days: 1 })).body.days).toHaveLength(1);
    expect((await get(owner.patId, owner.pat, { days: 366 })).body.days).toHaveLength(366);
  });
});

describe('last use', () => {
  it('is known of calls at other services, with the caller’s address and not the service’s', async () => {
    const { id, secret } = await suite.mint(owner);
    await suite.call('listWorkspaceAuditLogs', {
      auth: secret,
      params: { ws: owner.workspace.id },
      on: 'gateway',
      // The gateway believes nobody about addresses; it signs the one it sees.
      headers: { 'x-service-on-behalf-of': '203.0.113.9', 'x-forwarded-for': '203.0.113.9' },
    });
    const token = async () =>
      (await suite.call('getAccessToken', { auth: owner.session, params: { ws: owner.workspace.id, id } }))
        .body;
    const body = await until(token, ({ last_used_at: at }) => at !== null);
    expect(body).toMatchObject({ last_used_service: 'audit', last_used_ip: '127.0.0.1' });
  });

  it('is not what a caller says without being a service', async () => {
    const { id, secret } = await suite.mint(owner);
    await suite.call('introspect', { auth: secret, headers: { 'x-service-on-behalf-of': '203.0.113.9' } });
    const params = { ws: owner.workspace.id, id };
    const token = async () => (await suite.call('getAccessToken', { auth: owner.session, params })).body;
    const body = await until(token, ({ last_used_at: at }) => at !== null);
    expect(body).toMatchObject({ last_used_service: 'platform', last_used_ip: '127.0.0.1' });
  });
});

describe('rotation_due', () => {
  it('is true from 90 days on, until the token is rotated', async () => {
    const { id } = await suite.mint(owner);
    const params = { ws: owner.workspace.id, id };
    const due = async () =>
      (await suite.call('getAccessToken', { auth: owner.session, params })).body.rotation_due as boolean;
    const age = (days: number) =>
      suite
        .database('platform', 'owner')
        .query(`UPDATE access_token SET created_at = now() - $2 * interval '1 day' WHERE id = $1`, [
          id,
          days,
        ]);
    expect(await due()).toBe(false);
    await age(89);
    expect(await due()).toBe(false);
    await age(91);
    expect(await due()).toBe(true);
    const listed = await suite.call('listAccessTokens', {
      auth: owner.session,
      params,
      query: { limit: 100 },
    });
    expect(listed.body.data.filter((each: { rotation_due: boolean }) => each.rotation_due)).toMatchObject([
      { id },
    ]);
    const key = await suite.call('getApiKey', { auth: owner.session, params: { id: id.slice(4) } });
    expect(key.body.data.rotationDue).toBe(true);
    const rotated = await suite.call('rotateAccessToken', { auth: owner.session, params, body: {} });
    expect(rotated.body).toMatchObject({ rotation_due: false, rotated_at: expect.stringMatching(/Z$/) });
    expect(await due()).toBe(false);
  });
});

describe('404 when', () => {
  it('a member means the PAT of somebody else, or anybody a revoked one', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await get(owner.patId, member.session)).status).toBe(404);
    const { id } = await suite.mint(owner);
    await suite.revoke(owner, id);
    expect((await get(id)).status).toBe(404);
  });
});
