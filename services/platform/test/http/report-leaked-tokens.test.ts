import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import type { AuditEvent } from '@pcft/events';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

let suite: Suite;
/** A platform process that trusts the keys of this test. */
let trusting: { name: string; url: string };

const [github, retired, stranger] = Array.from({ length: 3 }, () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
) as [Pair, Pair, Pair];
type Pair = { publicKey: KeyObject; privateKey: KeyObject };
const listed = (id: string, { publicKey }: Pair) => ({
  key_identifier: id,
  key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});

beforeAll(async () => {
  suite = await connectSuite();
  trusting = await suite.control.startInstance('platform', {
    SECRET_SCANNING_KEYS: JSON.stringify({
      public_keys: [
        { ...listed('f9525bf0', github), is_current: true },
        { ...listed('0ld', retired), is_current: false },
      ],
    }),
  });
});
afterAll(async () => {
  await suite.control.stop(trusting.name);
  await suite.close();
});

interface Match {
  token: string;
  type?: string;
  url?: string;
  source?: string;
}

const typed = ({ type = 'productcraft_pat', ...match }: Match) => ({ ...match, type });
const signedBy = (key: Pair, text: string, id = 'f9525bf0') => ({
  'github-public-key-identifier': id,
  'github-public-key-signature': sign('sha256', Buffer.from(text), key.privateKey).toString('base64'),
});

function report(matches: readonly Match[], key = github, id = 'f9525bf0') {
  // Spaces and order are the sender's: the signature is over the bytes.
  const text = ` ${JSON.stringify(matches.map(typed), null, 1)}\n`;
  return send(text, signedBy(key, text, id));
}
const send = (rawBody: string, headers: Record<string, string>) =>
  suite.call('reportLeakedTokens', { rawBody, headers, on: trusting.url as `http${string}` });

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
let places = 0;
const place = () => ({ url: `https://example.com/leak/${++places}`, source: 'commit' });
const statusAt = async (auth: string, { workspace }: Pick<Owner, 'workspace'>) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: workspace.id } })).status;
const tokenOf = async (owner: Owner, id: string) =>
  suite.call('getAccessToken', { auth: owner.session, params: { ws: owner.workspace.id, id } });

async function leakRows(log: string, count: number): Promise<AuditEvent[]> {
  const end = Date.now() + 10_000;
  for (;;) {
    const { rows } = await suite
      .database('audit', 'owner')
      .query<{ body: Buffer }>(
        `SELECT body FROM audit_event WHERE log = $1 AND action LIKE '%.leaked' ORDER BY seq`,
        [log],
      );
    if (rows.length >= count || Date.now() > end)
      return rows.map(({ body }) => JSON.parse(body.toString()) as AuditEvent);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('200', () => {
  it('revokes a token at every service before it answers, tells its owner, and says so in the log', async () => {
    const owner = await suite.createOwner();
    const { id, secret } = await suite.mint(owner, { name: 'CI https://evil.example' });
    const child = await suite.mint({ session: secret, workspace: owner.workspace });
    for (const auth of [secret, child.secret]) expect(await statusAt(auth, owner)).toBe(200);
    const where = place();
    const answer = await report([{ token: secret, ...where }]);
    for (const auth of [secret, child.secret]) expect(await statusAt(auth, owner)).toBe(401);
    expect([answer.status, answer.body]).toEqual([
      200,
      [{ token_hash: hashOf(secret), token_type: 'productcraft_pat', label: 'true_positive' }],
    ]);
    expect((await tokenOf(owner, id)).status).toBe(404);
    const mail = await suite.inbox.waitFor({ to: owner.email, subject: 'found in public' });
    expect(mail.text).toContain(secret.slice(-4));
    expect(mail.text).not.toContain(secret);
    expect(mail.text).toMatch(/was revoked/);
    expect(mail.text).not.toMatch(/https?:\/\/\S/); // the name and the place are text
    expect(await leakRows(owner.workspace.id, 1)).toMatchObject([
      {
        action: 'access-token.leaked',
        target: { type: 'access-token', id },
        actor: { type: 'service', id: 'secret-scanning:f9525bf0', pat_id: null },
        request_id: answer.headers['x-request-id'],
        metadata: { ...where, action: 'revoke', account_id: owner.id },
      },
    ]);
    const dump = await suite
      .database('platform', 'owner')
      .query<{ row: string }>('SELECT leak_report::text AS row FROM leak_report WHERE credential_id = $1', [
        id,
      ]);
    expect(dump.rows).toHaveLength(1);
    expect(dump.rows[0]?.row).not.toContain(secret.slice(10));
  });

  it('quarantines where the workspace says so; its owner may let it go again, and a replay does not take it back', async () => {
    const owner = await suite.createOwner();
    const ws = { ws: owner.workspace.id };
    await suite.call('updateWorkspaceSettings', {
      auth: owner.session,
      params: ws,
      body: { leaked_token_action: 'quarantine' },
    });
    const { id, secret } = await suite.mint(owner);
    const child = await suite.mint({ session: secret, workspace: owner.workspace });
    const match = { token: secret, ...place() };
    expect((await report([match])).status).toBe(200);
    for (const auth of [secret, child.secret]) expect(await statusAt(auth, owner)).toBe(401);
    expect((await tokenOf(owner, id)).body.status).toBe('disabled');
    expect((await suite.inbox.waitFor({ to: owner.email, subject: 'found in public' })).text).toMatch(
      /disabled/,
    );
    const enable = { auth: owner.session, params: { ...ws, id }, body: { status: 'active' } };
    expect((await suite.call('updateAccessToken', enable)).status).toBe(200);
    const replays = await Promise.all(Array.from({ length: 5 }, () => report([match, match])));
    expect(replays.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(await statusAt(secret, owner)).toBe(200);
    expect(await leakRows(owner.workspace.id, 1)).toHaveLength(1);
    // Found in another place it is another find.
    await report([{ token: secret, ...place() }]);
    expect(await statusAt(secret, owner)).toBe(401);
    expect(await leakRows(owner.workspace.id, 2)).toHaveLength(2);
    const mails = async () =>
      (await suite.inbox.list({ to: owner.email, subject: 'found in public' })).length;
    await suite.inbox.waitFor({ to: owner.email, subject: 'found in public', count: 2 });
    expect(await mails()).toBe(2);
  });

  it('knows the secret before a rotation for as long as it works', async () => {
    const owner = await suite.createOwner();
    const params = async () => ({ ws: owner.workspace.id, id: (await suite.mint(owner)).id });
    const rotate = async (overlap: number) => {
      const { id, secret } = await suite.mint(owner);
      const rotated = await suite.call('rotateAccessToken', {
        auth: owner.session,
        params: { ...(await params()), id },
        body: { overlap_seconds: overlap },
      });
      return { former: secret, current: rotated.body.secret as string };
    };
    const overlapping = await rotate(3600);
    await report([{ token: overlapping.former, ...place() }]);
    for (const auth of [overlapping.former, overlapping.current])
      expect(await statusAt(auth, owner)).toBe(401);
    const over = await rotate(0);
    const { body } = await report([{ token: over.former, ...place() }]);
    expect(body[0].label).toBe('true_positive');
    // What was found works no more; what took its place was not found.
    expect(await statusAt(over.current, owner)).toBe(200);
  });

  it('revokes account-wide keys and ends sessions, in the log of the account', async () => {
    const owner = await suite.createOwner();
    const key = await suite.call('createApiKey', {
      auth: owner.session,
      body: { name: 'wide', scopes: ['user:read'] },
    });
    const wide = key.body.data.key as string;
    const { body } = await report([
      { token: wide, ...place() },
      { token: owner.session, type: 'productcraft_session', ...place() },
    ]);
    expect(body.map(({ label }: { label: string }) => label)).toEqual(['true_positive', 'true_positive']);
    expect((await suite.call('getCurrentUser', { auth: { apiKey: wide } })).status).toBe(401);
    expect((await suite.call('getCurrentUser', { auth: owner.session })).status).toBe(401);
    const rows = await leakRows(owner.id, 2);
    expect(rows.map(({ action }) => action).sort()).toEqual(['access-token.leaked', 'session.leaked']);
  });

  it('judges what it can: invented and mistyped ones are false positives, others’ are left out, dead ones true', async () => {
    const owner = await suite.createOwner();
    const dead = await suite.mint(owner);
    await suite.revoke(owner, dead.id);
    const invented = createToken('pat');
    const { body } = await report([
      { token: invented, ...place() },
      { token: 'not a token at all' },
      { token: createToken('app-key') },
      { token: dead.secret, url: '', source: '' },
      { token: `${invented.slice(0, -1)}_` },
    ]);
    expect(body.map(({ label }: { label: string }) => label)).toEqual([
      'false_positive',
      'false_positive',
      'true_positive',
      'false_positive',
    ]);
    expect(body[0]).toEqual({
      token_hash: hashOf(invented),
      token_type: 'productcraft_pat',
      label: 'false_positive',
    });
    expect(await suite.inbox.list({ to: owner.email, subject: 'found in public' })).toEqual([]);
  });

  it('takes a long alert, fields it does not know, and a key that is no longer current', async () => {
    const owner = await suite.createOwner();
    const minted = [];
    for (let n = 0; n < 6; n++) minted.push(await suite.mint(owner));
    const matches = [
      ...minted.map(({ secret }) => ({ token: secret, ...place(), commit: 'abc', nested: { a: [1] } })),
      ...Array.from({ length: 400 }, () => ({ token: createToken('pat') })),
    ];
    const { status, body } = await report(matches, retired, '0ld');
    expect([status, body.length]).toEqual([200, 406]);
    for (const { secret } of minted) expect(await statusAt(secret, owner)).toBe(401);
  });

  it('tells the owners of the workspace too, when it is the token of a member', async () => {
    const owner = await suite.createOwner();
    const member = await suite.addMember(owner.workspace, 'member');
    const { secret } = await suite.mint(
      { session: member.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    await report([{ token: secret, url: 'https://example.com/a\nb', source: 'gist' }]);
    for (const { email } of [owner, member])
      expect((await suite.inbox.waitFor({ to: email, subject: 'found in public' })).text).toContain('gist');
  });
});

describe('401 when', () => {
  const text = () => JSON.stringify([typed({ token: createToken('pat'), ...place() })]);

  it.each<[string, (body: string) => Record<string, string>]>([
    ['nothing is signed', () => ({})],
    ['there is a key and no signature', () => ({ 'github-public-key-identifier': 'f9525bf0' })],
    ['another key has signed', (body) => signedBy(stranger, body)],
    ['the key is not known', (body) => signedBy(stranger, body, 'unknown')],
    ['a trusted key has signed, and another one is named', (body) => signedBy(github, body, '0ld')],
    ['another body was signed', (body) => signedBy(github, body.replace('commit', 'gist'))],
    ['the same JSON was signed with other spaces', (body) => signedBy(github, `${body} `)],
  ])('%s, and nothing is done', async (_, headers) => {
    const owner = await suite.createOwner();
    const body = JSON.stringify([typed({ token: owner.pat, ...place() })]);
    const answer = await send(body, headers(body));
    expect([answer.status, answer.body.error.code]).toEqual([401, 'INVALID_SIGNATURE']);
    expect(await statusAt(owner.pat, owner)).toBe(200);
    expect(await suite.inbox.list({ to: owner.email, subject: 'found in public' })).toEqual([]);
  });

  it('no key is trusted, as it is until somebody names one', async () => {
    const body = text();
    const answer = await suite.call('reportLeakedTokens', { rawBody: body, headers: signedBy(github, body) });
    expect(answer.status).toBe(401);
  });
});

describe('400 when', () => {
  it.each(['[]', '{}', '[{"token":"x"}]', '[{"type":"x"}]', '[{"token":1,"type":"x"}]', '[null]'])(
    'the body is %s',
    async (body) => expect((await send(body, signedBy(github, body))).status).toBe(400),
  );
});
