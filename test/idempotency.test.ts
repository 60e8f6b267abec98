import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connectSuite, isReplay, uniqueName, type Answer, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const project = (key: string, auth: string, body: object = { name: 'One' }, rawBody?: string) =>
  suite.call('createProject', {
    auth,
    params: { organizationId: owner.workspace.id },
    ...(rawBody === undefined ? { body } : { rawBody }),
    headers: { 'idempotency-key': key },
  });
const mint = (key: string, auth: string, body: object = { name: 'minted', kind: 'read-only' }) =>
  suite.call('createAccessToken', {
    auth,
    params: { ws: owner.workspace.id },
    body,
    headers: { 'idempotency-key': key },
  });
const ageAll = (database: string, seconds: number) =>
  suite
    .database(database, 'owner')
    .query('UPDATE idempotency_key SET claimed_at = claimed_at - make_interval(secs => $1)', [seconds]);
const seen = ({ status, headers, text }: Answer) => ({
  status,
  replayed: headers['idempotent-replayed'],
  text,
});

describe('the same request', () => {
  it('is the same however its JSON is written', async () => {
    const key = randomUUID();
    const first = await mint(key, owner.pat);
    const again = await suite.call('createAccessToken', {
      auth: owner.pat,
      params: { ws: owner.workspace.id },
      rawBody: '{ "kind":\n"read-only", "name": "minted" }',
      headers: { 'idempotency-key': key },
    });
    expect(seen(again)).toEqual({ status: 201, replayed: 'true', text: first.text });
  });

  it('without a key is done again', async () => {
    const bare = () =>
      suite.call('createProject', {
        auth: owner.pat,
        params: { organizationId: owner.workspace.id },
        body: { name: 'Two' },
      });
    const [one, two] = [await bare(), await bare()];
    expect(one.body.data.id).not.toBe(two.body.data.id);
    expect([isReplay(one), isReplay(two)]).toEqual([false, false]);
  });

  it('by another credential is another request', async () => {
    const key = randomUUID();
    const answers = [await project(key, owner.pat), await project(key, owner.session)];
    expect(answers.map(isReplay)).toEqual([false, false]);
    expect(answers[0]?.body.data.id).not.toBe(answers[1]?.body.data.id);
  });

  it('in another workspace is another one: 422', async () => {
    const elsewhere = await suite.createOwner();
    const { session } = owner;
    await suite.database('platform', 'owner').query('SELECT 1');
    const key = randomUUID();
    expect((await project(key, session)).status).toBe(200);
    const created = await suite.call('createWorkspace', {
      auth: session,
      body: { slug: uniqueName('ws'), display_name: 'Second' },
    });
    const answer = await suite.call('createProject', {
      auth: session,
      params: { organizationId: created.body.id },
      body: { name: 'One' },
      headers: { 'idempotency-key': key },
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(elsewhere.id).not.toBe(owner.id);
  });

  it('counts for the limit, also where its answer is repeated', async () => {
    const key = randomUUID();
    const { secret } = await suite.mint(owner);
    const remaining = async () => Number((await project(key, secret)).headers['ratelimit-remaining']);
    const first = await remaining();
    expect(await remaining()).toBe(first - 1);
  });
});

describe('a key', () => {
  it('of a call that failed may be used for a corrected one', async () => {
    const key = randomUUID();
    const slug = uniqueName('ws');
    const create = (body: object) =>
      suite.call('createWorkspace', { auth: owner.session, body, headers: { 'idempotency-key': key } });
    await suite.call('createWorkspace', { auth: owner.session, body: { slug, display_name: 'First' } });
    const refused = await create({ slug, display_name: 'Second' });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'CONFLICT']);
    const corrected = await create({ slug: uniqueName('ws'), display_name: 'Second' });
    expect(corrected.status).toBe(201);
  });

  it('is remembered for 24 hours', async () => {
    const key = randomUUID();
    const first = await project(key, owner.pat);
    await ageAll('projects', 24 * 3600 - 60);
    expect(seen(await project(key, owner.pat))).toEqual({ status: 200, replayed: 'true', text: first.text });
    await ageAll('projects', 61);
    const later = await project(key, owner.pat, { name: 'Another' });
    expect(later.body.data).toMatchObject({ name: 'Another' });
    expect(isReplay(later)).toBe(false);
  });

  it('of 255 characters will do, and one with quotes, as the draft writes it', async () => {
    for (const key of [uniqueName('k').padEnd(255, '~'), `"${randomUUID()}"`]) {
      const first = await project(key, owner.pat);
      expect(seen(await project(key, owner.pat))).toEqual({
        status: 200,
        replayed: 'true',
        text: first.text,
      });
    }
  });
});

describe('an answer that was kept', () => {
  it('is not given to a credential that was revoked since', async () => {
    const { id, secret } = await suite.mint(owner);
    const key = randomUUID();
    expect((await mint(key, secret)).status).toBe(201);
    expect(isReplay(await mint(key, secret))).toBe(true);
    await suite.revoke(owner, id);
    const answer = await mint(key, secret);
    expect([answer.status, isReplay(answer)]).toEqual([401, false]);
  });

  it('is not given to an account that was demoted since', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const key = randomUUID();
    const create = () =>
      suite.call('createWorkspaceApp', {
        auth: admin.session,
        params: { ws: owner.workspace.id },
        body: { slug: 'an-app-of-the-demoted'.padEnd(40, key.replaceAll('-', '')), display_name: 'An app' },
        headers: { 'idempotency-key': key },
      });
    expect((await create()).status).toBe(201);
    await suite.setRole(admin, 'member');
    // Only the database was told, so services learn of it with the next renewal of their lease.
    const deadline = performance.now() + 3000;
    let answer = await create();
    while (answer.status === 201 && performance.now() < deadline) answer = await create();
    expect([answer.status, isReplay(answer)]).toEqual([403, false]);
  });

  it('is for the secret that it was given to, not for a later one of the same credential', async () => {
    const { id, secret } = await suite.mint(owner);
    const key = randomUUID();
    const first = await mint(key, secret);
    const rotated = await suite.call('rotateAccessToken', {
      auth: owner.session,
      params: { ws: owner.workspace.id, id },
      body: { overlap_seconds: 600 },
    });
    expect(rotated.status).toBe(200);
    const refused = await mint(key, rotated.body.secret);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'IDEMPOTENCY_ANSWER_LOST']);
    expect(seen(await mint(key, secret))).toEqual({ status: 201, replayed: 'true', text: first.text });
  });

  it('is unreadable in the database, and so is what was asked', async () => {
    const key = randomUUID();
    const name = uniqueName('unreadable');
    const { body } = await mint(key, owner.pat, { name, kind: 'full' });
    const { rows } = await suite.database('platform', 'owner').query<{ text: string }>(
      `SELECT encode(scope, 'escape') || encode(holder, 'escape') || encode(fingerprint, 'escape')
           || coalesce(encode(answer, 'escape'), '') AS text FROM idempotency_key WHERE answer IS NOT NULL`,
    );
    const dump = rows.map(({ text }) => text).join('\n');
    expect(dump.length).toBeGreaterThan(500);
    for (const secret of [body.secret as string, owner.pat, name, key, body.id as string])
      expect(dump.includes(secret)).toBe(false);
  });

  it('cannot be had by changing the row: 409, and nothing is done twice', async () => {
    const key = randomUUID();
    const name = uniqueName('changed');
    await mint(key, owner.pat, { name, kind: 'full' });
    await suite.database('platform', 'owner')
      .query(`UPDATE idempotency_key SET answer = set_byte(answer, 20, (get_byte(answer, 20) + 1) % 256)
              WHERE answer IS NOT NULL`);
    const answer = await mint(key, owner.pat, { name, kind: 'full' });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'IDEMPOTENCY_ANSWER_LOST']);
    const { rows } = await suite
      .database('platform', 'owner')
      .query('SELECT FROM access_token WHERE name = $1', [name]);
    expect(rows).toHaveLength(1);
  });
});
