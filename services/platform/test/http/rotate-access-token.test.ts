import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const rotate = (id: string, body: object = {}, auth = owner.session) =>
  suite.call('rotateAccessToken', { auth, params: { ws: owner.workspace.id, id }, body });
const statusOf = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;
const bothOf = async (former: string, current: string) => [await statusOf(former), await statusOf(current)];

describe('200', () => {
  it('ends the former secret in every service before it answers, when there is no overlap', async () => {
    const minted = await suite.mint(owner);
    let { secret } = minted;
    for (let round = 0; round < 5; round++) {
      expect(await statusOf(secret)).toBe(200);
      const { status, body } = await rotate(minted.id);
      expect([status, body.id, body.last_four]).toEqual([200, minted.id, body.secret.slice(-4)]);
      expect(body.secret).toMatch(/^pcft_live_[0-9A-Za-z]{36}$/);
      expect(await bothOf(secret, body.secret)).toEqual([401, 200]);
      expect((await suite.call('introspect', { auth: secret })).status).toBe(401);
      secret = body.secret;
    }
  });

  it('lets both secrets work until the overlap ends, then only the new one', async () => {
    const { id, secret } = await suite.mint(owner);
    const { body } = await rotate(id, { overlap_seconds: 3 });
    const end = Date.parse(body.previous_secret_expires_at);
    expect(await bothOf(secret, body.secret)).toEqual([200, 200]);
    expect((await suite.call('introspect', { auth: secret })).body.principal.expires_at).toBe(
      body.previous_secret_expires_at,
    );
    while (Date.now() < end + 100) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await bothOf(secret, body.secret)).toEqual([401, 200]);
  });

  it('ends the secret before the former one at once, whatever its overlap was', async () => {
    const first = await suite.mint(owner);
    const second = (await rotate(first.id, { overlap_seconds: 600 })).body.secret;
    expect(await bothOf(first.secret, second)).toEqual([200, 200]);
    const third = (await rotate(first.id, { overlap_seconds: 600 })).body.secret;
    expect(await statusOf(first.secret)).toBe(401);
    expect(await bothOf(second, third)).toEqual([200, 200]);
  });

  it('keeps only digests, tells the log without secrets, and revokes both secrets in one', async () => {
    const { id, secret } = await suite.mint(owner);
    const answer = await rotate(id, { overlap_seconds: 604_800 });
    const row = await auditRowOf(suite, answer);
    expect(row).toMatchObject({
      action: 'access-token.rotated',
      required_action: 'workspace.api-key.rotate',
      target: { type: 'access-token', id },
      metadata: { overlap_seconds: 604_800 },
    });
    const { rows } = await suite
      .database('platform')
      .query<{ row: string }>('SELECT access_token::text AS row FROM access_token WHERE id = $1', [id]);
    for (const shown of [secret, answer.body.secret as string]) {
      expect(JSON.stringify(row)).not.toContain(shown.slice(10, 40));
      expect(rows[0]?.row).not.toContain(shown.slice(10, 40));
    }
    await suite.revoke(owner, id);
    expect(await bothOf(secret, answer.body.secret)).toEqual([401, 401]);
  });

  it('lets a PAT rotate itself, and what was minted with it', async () => {
    const parent = await suite.mint(owner);
    const child = await suite.mint({ session: parent.secret, workspace: owner.workspace });
    const rotated = await rotate(child.id, {}, parent.secret);
    expect(await bothOf(child.secret, rotated.body.secret)).toEqual([401, 200]);
    const self = await rotate(parent.id, {}, parent.secret);
    expect(await bothOf(parent.secret, self.body.secret)).toEqual([401, 200]);
    expect(await statusOf(rotated.body.secret)).toBe(200);
  });

  it('gives one working secret when many rotate at once', async () => {
    const { id } = await suite.mint(owner);
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const statuses = await Promise.all(answers.map(({ body }) => statusOf(body.secret)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe('403 when', () => {
  it('anybody but its creator rotates it', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const { id, secret } = await suite.mint(owner);
    const answer = await rotate(id, {}, admin.session);
    expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.api-key.rotate']);
    expect(await statusOf(secret)).toBe(200);
  });

  it('a PAT would get the secret of a wider one', async () => {
    const narrow = await suite.mint(owner, {
      policy: [{ effect: 'allow', actions: ['workspace.api-key.*'], resources: ['*'] }],
    });
    const { status, body } = await rotate(owner.patId, {}, narrow.secret);
    expect([status, body.error.details[0].reason]).toEqual([
      403,
      expect.stringContaining('rotates only itself'),
    ]);
    expect(await statusOf(owner.pat)).toBe(200);
  });

  it('the secret that is being retired would retire its successor', async () => {
    const { id, secret } = await suite.mint(owner);
    const { body } = await rotate(id, { overlap_seconds: 600 });
    expect((await rotate(id, {}, secret)).status).toBe(403);
    expect(await bothOf(secret, body.secret)).toEqual([200, 200]);
  });
});

describe('404 when', () => {
  it('it is revoked, or hidden from the member who asks', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { id } = await suite.mint(owner);
    expect((await rotate(id, {}, member.session)).status).toBe(404);
    await suite.revoke(owner, id);
    expect((await rotate(id)).status).toBe(404);
  });
});

describe('409 when', () => {
  it('it has expired', async () => {
    const { id } = await suite.mint(owner, { expires_in: 60 });
    await suite
      .database('platform', 'owner')
      .query(`UPDATE access_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
    expect((await rotate(id)).status).toBe(409);
  });
});

describe('400 when', () => {
  it.each([{ overlap_seconds: -1 }, { overlap_seconds: 604_801 }, { overlap_seconds: 1.5 }, { overlap: 1 }])(
    'the body is %j',
    async (body) => expect((await rotate(owner.patId, body)).status).toBe(400),
  );
});
