import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';
import { putUser } from './machines.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const refresh = (refresh_token: string, more: object = {}) =>
  suite.call('refreshToken', { params: { app: world.app.name }, body: { refresh_token }, ...more });

async function signIn(of = world): Promise<{ access: string; refresh: string; sid: string }> {
  const { email, password } = of.user;
  const { body } = await expectStatus(
    suite.call('issueToken', {
      params: { app: of.app.id },
      body: { grant_type: 'password', email, password },
    }),
    200,
  );
  return {
    access: body.access_token,
    refresh: body.refresh_token,
    sid: claimsOf(body.access_token).sid as string,
  };
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

const reasonFor = async (token: string, of = world) => {
  const body = { token, permission: 'projects:read' };
  return (await suite.call('authorize', { auth: of.appKey.secret, body })).body.reason as string;
};
const database = () => suite.database('tokens', 'owner');
/** Time travel: what happened to a session happened so many seconds ago. */
const age = (sid: string, seconds: number) =>
  database().query(
    "UPDATE refresh_token SET used_at = used_at - $2::int * interval '1 second' WHERE family_id = $1",
    [sid, seconds],
  );
const endOf = async (sid: string) =>
  (await database().query('SELECT end_reason FROM user_session WHERE id = $1', [sid])).rows[0] as {
    end_reason: string | null;
  };

describe('200', () => {
  it('answers the body of seed 001 with another refresh token, and forbids to keep it', async () => {
    const first = await signIn();
    const { body, headers, status } = await refresh(first.refresh);
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^eyJhbGciOiJSUzI1NiIs/),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.stringMatching(/^rt_[0-9A-Za-z]{36}$/),
      },
    ]);
    expect(body.refresh_token).not.toBe(first.refresh);
    expect(headers['cache-control']).toBe('no-store');
    expect(claimsOf(body.access_token)).toMatchObject({ sid: first.sid, sub: world.user.id });
    expect(await reasonFor(body.access_token)).toBe('allowed');
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await refresh((await signIn()).refresh, more)).status).toBe(200);
  });

  it('to a form as RFC 6749 sends it to the token endpoint', async () => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: (await signIn()).refresh,
    });
    const answer = await suite.call('issueToken', { params: { app: world.app.id }, body });
    expect([answer.status, answer.body.token_type]).toEqual([200, 'Bearer']);
  });

  it('again, with the same successor, to whom lost the answer', async () => {
    const { refresh: first } = await signIn();
    const [one, two] = [await refresh(first), await refresh(first)];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(two.body.refresh_token).toBe(one.body.refresh_token);
    expect((await refresh(two.body.refresh_token)).status).toBe(200);
  });

  it('to 50 parallel exchanges gives one successor: there is one live branch', async () => {
    const { refresh: first, sid } = await signIn();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first)));
    // A busy machine may answer 503 to some, never anything else.
    const given = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect(given.length).toBeGreaterThan(1);
    expect(new Set(given.map(({ body }) => body.refresh_token)).size).toBe(1);
    const { rows } = await database().query(
      'SELECT count(*)::int AS live FROM refresh_token WHERE family_id = $1 AND used_at IS NULL',
      [sid],
    );
    expect(rows).toEqual([{ live: 1 }]);
  });

  it('notes device and time in the session', async () => {
    const { refresh: first, sid } = await signIn();
    await refresh(first, { headers: { 'user-agent': 'phone' } });
    const { rows } = await database().query(
      'SELECT user_agent, ip, refreshed_at > created_at AS seen FROM user_session WHERE id = $1',
      [sid],
    );
    expect(rows).toEqual([{ user_agent: 'phone', ip: '127.0.0.1', seen: true }]);
  });

  it('keeps no token in clear', async () => {
    const { body } = await refresh((await signIn()).refresh);
    const { rows } = await database().query(
      "SELECT 1 FROM refresh_token t, user_session s WHERE t::text || s::text LIKE '%' || $1 || '%'",
      [body.refresh_token],
    );
    expect(rows).toEqual([]);
  });
});

describe('401', () => {
  const refused = async (token: string, more: object = {}) => {
    const answer = await refresh(token, more);
    expect([answer.status, answer.body.error?.code]).toEqual([401, 'INVALID_REFRESH_TOKEN']);
    return answer;
  };

  it('to a reused token, and the whole session ends with every token of it', async () => {
    const { refresh: first, access, sid } = await signIn();
    const next = await refresh(first);
    await age(sid, 11);
    await refused(first);
    expect(await endOf(sid)).toEqual({ end_reason: 'reused' });
    await refused(next.body.refresh_token);
    expect([await reasonFor(access), await reasonFor(next.body.access_token)]).toEqual([
      'session_ended',
      'session_ended',
    ]);
  });

  it('to a reused token whose successor was used, however soon', async () => {
    const { refresh: first, sid } = await signIn();
    const second = await refresh(first);
    const third = await refresh(second.body.refresh_token);
    await refused(first);
    expect(await endOf(sid)).toEqual({ end_reason: 'reused' });
    await refused(third.body.refresh_token);
  });

  it('leaves other sessions of the user alone', async () => {
    const [one, other] = [await signIn(), await signIn()];
    await refresh(one.refresh);
    await age(one.sid, 11);
    await refused(one.refresh);
    expect((await refresh(other.refresh)).status).toBe(200);
  });

  it.each([
    ['that was never issued', () => createToken('refresh-token')],
    ['of another kind', () => createToken('session')],
    ['that is mistyped', () => `${createToken('refresh-token').slice(0, -1)}_`],
    ['that is none', () => 'x'],
  ])('to a token %s', async (_, token) => {
    await refused(token());
  });

  it('to a token of another app, which stays good in its own', async () => {
    const other = await createWorld(suite);
    await refused(other.refreshToken);
    expect((await refresh(other.refreshToken, { params: { app: other.app.id } })).status).toBe(200);
  });

  it('to a token that has expired, idle or with its session', async () => {
    const [idle, over] = [await signIn(), await signIn()];
    await database().query('UPDATE refresh_token SET expires_at = now() WHERE family_id = $1', [idle.sid]);
    await refused(idle.refresh);
    await database().query('UPDATE user_session SET expires_at = now() WHERE id = $1', [over.sid]);
    await refused(over.refresh);
  });

  it('after the user was deactivated, whose access tokens are refused when that call returns', async () => {
    const each = await createWorld(suite);
    const { refresh: token, access, sid } = await signIn(each);
    expect(await reasonFor(access, each)).toBe('allowed');
    await putUser(suite, each, 100, { status: 'deactivated', session_epoch: 2 });
    expect(await reasonFor(access, each)).toBe('user_inactive');
    expect(await endOf(sid)).toEqual({ end_reason: 'user' });
    await refused(token, { params: { app: each.app.id } });
    await putUser(suite, each, 101, { status: 'active', session_epoch: 2 });
    await refused(token, { params: { app: each.app.id } });
    expect(await reasonFor(access, each)).toBe('session_ended');
  });

  it('after the password was changed; a hash that was made anew changes nothing', async () => {
    const each = await createWorld(suite);
    const { refresh: token, access } = await signIn(each);
    await putUser(suite, each, 100, { password_hash: 'v1$2b$10$rehashed' });
    const again = await refresh(token, { params: { app: each.app.id } });
    expect([again.status, await reasonFor(access, each)]).toEqual([200, 'allowed']);
    await putUser(suite, each, 101, { password_hash: 'v1$2b$10$other', session_epoch: 2 });
    await refused(again.body.refresh_token, { params: { app: each.app.id } });
    expect(await reasonFor(access, each)).toBe('session_ended');
  });

  it('in the words of RFC 6749 to a form: 400 invalid_grant', async () => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: createToken('refresh-token'),
    });
    const answer = await suite.call('issueToken', { params: { app: world.app.id }, body });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('leaves a row that says what was detected', async () => {
    const each = await createWorld(suite);
    await refresh(each.refreshToken, { params: { app: each.app.id } });
    const { rows } = await database().query(
      "UPDATE refresh_token SET used_at = used_at - interval '1 minute' WHERE used_at IS NOT NULL AND user_id = $1 RETURNING family_id",
      [each.user.id],
    );
    await refused(each.refreshToken, { params: { app: each.app.id } });
    const deadline = Date.now() + 8000;
    let row: unknown;
    while (!row && Date.now() < deadline) {
      const { body } = await suite.call('listAuditLogs', { auth: each.owner.pat, query: { limit: 100 } });
      row = (body.data as { action: string }[]).find(({ action }) => action === 'token.reuse-detected');
    }
    expect(row).toMatchObject({
      outcome: 'denied',
      status: 401,
      actor_id: each.user.id,
      metadata: { reason: 'token_reused', session_id: (rows[0] as { family_id: string }).family_id },
    });
  });
});

describe('404 when there is no such app', () => {
  it('or it is archived', async () => {
    expect((await refresh(world.refreshToken, { params: { app: 'no-such-app' } })).status).toBe(404);
  });
});
