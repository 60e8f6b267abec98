import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { rowsIn, waitForRows, requestIdOf } from '../audit-log-client.ts';
import { createWebhookReceiver, isSignedBy, type WebhookReceiver } from '../webhook-receiver.ts';

let suite: Suite;
let owner: Owner;
/** Alone in being allowed to reach this machine; what it is sent by `test` comes from itself. */
let instance: { name: string; url: string };
let receiver: WebhookReceiver;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  receiver = await createWebhookReceiver();
  instance = await suite.control.startInstance('audit', { ALLOW_PRIVATE_TARGETS: '1' });
}, 60_000);
afterAll(async () => {
  await suite.control.stop(instance.name);
  await receiver.close();
  await suite.close();
});

const hook = { name: 'a hook', kind: 'webhook', url: 'https://receiver.example.com/hook', enabled: false };
type Input = Parameters<Suite['call']>[1];
const call = (operationId: string, input: Input & { sink?: string } = {}) => {
  const { sink, ...rest } = input;
  const params = { ws: owner.workspace.id, ...(sink !== undefined && { sink }) };
  return suite.call(operationId, { auth: owner.pat, params, ...rest });
};
const create = (body: object = hook, rest: Input = {}) => call('createAuditSink', { body, ...rest });
const onInstance = (): Input => ({ on: instance.url as `http${string}` });
const local = () => ({ ...hook, url: receiver.url });

describe('createAuditSink', () => {
  it('201 with a secret that is shown once', async () => {
    const { status, body } = await create({ ...hook, filter: { outcome: 'denied' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{
        kind: 'webhook',
        url: hook.url,
        filter: { outcome: 'denied' },
        enabled: false,
        status: 'disabled',
      },
      ...{ lag: expect.any(Number), failures: 0, last_error: null },
    });
    expect(Buffer.from(body.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
    const got = await call('getAuditSink', { sink: body.id });
    expect(got.body).toEqual(expect.not.objectContaining({ secret: expect.anything() }));
    const { rows } = await suite
      .database('audit', 'owner')
      .query('SELECT * FROM audit_sink WHERE id = $1', [body.id]);
    expect(JSON.stringify(rows)).not.toContain(body.secret.slice(6, -1));
  });

  it('begins with the next row, or with the first', async () => {
    const now = await create();
    const first = await create({ ...hook, from: 'beginning' });
    expect(now.body.delivered_seq).toBeGreaterThan(0);
    expect(first.body.delivered_seq).toBe(0);
  });

  it('leaves a row with what was made and without the secret', async () => {
    const made = await create();
    const requestId = requestIdOf(made);
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [requestId]);
    const [row] = rowsIn(await call('listWorkspaceAuditLogs', { query: { request_id: requestId } }));
    expect(row).toMatchObject({ action: 'audit-sink.created', target_id: made.body.id, outcome: 'success' });
    expect(JSON.stringify(row)).not.toContain('whsec_');
  });

  it.each([
    ['a private address', { url: 'https://10.0.0.1/' }],
    ['another spelling of one', { url: 'https://0x7f.1/' }],
    ['metadata', { url: 'http://169.254.169.254/latest' }],
    ['this machine', { url: 'https://localhost/' }],
    ['no TLS', { url: 'http://receiver.example.com/' }],
    ['another port', { url: 'https://receiver.example.com:6379/' }],
    ['a password', { url: 'https://a:b@receiver.example.com/' }],
    ['no URL', { url: undefined }],
    ['a file, which nobody enabled', { kind: 'file', url: undefined }],
    ['a syslog receiver that nobody allowed', { kind: 'syslog', url: 'syslog+tls://logs.example.com:6514' }],
    ['an unknown filter', { filter: { colour: 'red' } }],
  ])('400 for %s', async (_what, change) => {
    expect((await create({ ...hook, ...change })).status).toBe(400);
  });

  it('409 when a workspace has a hundred', async () => {
    const other = await suite.createOwner();
    await suite.database('audit', 'owner').query(
      `INSERT INTO audit_sink (id, log, name, kind, filter, position, enabled, created_by)
       SELECT 'snk_' || n || $1, $1, 'x', 'file', '{}', 0, false, 'acc_1' FROM generate_series(1, 100) AS n`,
      [other.workspace.id],
    );
    const answer = await create(hook, { auth: other.pat, params: { ws: other.workspace.id } });
    expect(answer.status).toBe(409);
  });
});

describe('listAuditSinks and updateAuditSink', () => {
  it('200: what was changed is shown and audited', async () => {
    const { id } = (await create()).body;
    const changed = await call('updateAuditSink', {
      sink: id,
      body: { name: 'renamed', url: 'https://other.example.com/x' },
    });
    expect(changed.body).toMatchObject({
      name: 'renamed',
      url: 'https://other.example.com/x',
      enabled: false,
    });
    const listed = await call('listAuditSinks', { query: { limit: 100 } });
    expect(listed.body.data).toContainEqual(expect.objectContaining({ id, name: 'renamed' }));
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [requestIdOf(changed)]);
    const [row] = rowsIn(
      await call('listWorkspaceAuditLogs', { query: { request_id: requestIdOf(changed) } }),
    );
    expect(row?.['changes']).toEqual({
      before: { name: 'a hook', url: hook.url },
      after: { name: 'renamed', url: 'https://other.example.com/x' },
    });
  });

  it('400 for a target that may not be named, 404 for a foreign sink', async () => {
    const { id } = (await create()).body;
    expect((await call('updateAuditSink', { sink: id, body: { url: 'https://127.0.0.1/' } })).status).toBe(
      400,
    );
    const other = await suite.createOwner();
    const params = { ws: other.workspace.id, sink: id };
    expect(
      (await suite.call('updateAuditSink', { auth: other.pat, params, body: { name: 'x' } })).status,
    ).toBe(404);
    expect((await suite.call('deleteAuditSink', { auth: other.pat, params })).status).toBe(404);
  });

  it('an enabled one that cannot be delivered to says so', async () => {
    const { id } = (
      await create({ ...hook, url: 'https://receiver.invalid/', enabled: true, from: 'beginning' })
    ).body;
    const end = performance.now() + 8_000;
    for (;;) {
      const { body } = await call('getAuditSink', { sink: id });
      if (body.status === 'failing') {
        expect(body).toMatchObject({
          delivered_seq: 0,
          failures: expect.any(Number),
          last_error: expect.any(String),
        });
        expect(body.lag).toBeGreaterThan(0);
        break;
      }
      expect(performance.now()).toBeLessThan(end);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const disabled = await call('updateAuditSink', { sink: id, body: { enabled: false } });
    expect(disabled.body).toMatchObject({ status: 'disabled', failures: 0 });
  });
});

describe('deleteAuditSink', () => {
  it('204, and then 404', async () => {
    const { id } = (await create()).body;
    expect((await call('deleteAuditSink', { sink: id })).status).toBe(204);
    expect((await call('getAuditSink', { sink: id })).status).toBe(404);
    expect((await call('deleteAuditSink', { sink: id })).status).toBe(404);
  });
});

describe('testAuditSink', () => {
  it('200: sends a signed message without rows', async () => {
    const { id, secret } = (await create(local(), onInstance())).body;
    const { body } = await call('testAuditSink', { sink: id, ...onInstance() });
    expect(body).toMatchObject({ delivered: true, error: null });
    const message = receiver.received.at(-1)!;
    expect(message.body).toMatchObject({ type: 'audit.test', data: { sink_id: id, rows: [] } });
    expect(isSignedBy(message, secret)).toBe(true);
  });

  it('200: tells what came of it', async () => {
    const { id } = (await create(local(), onInstance())).body;
    receiver.answer = { status: 302, headers: { location: receiver.url } };
    const before = receiver.received.length;
    const moved = await call('testAuditSink', { sink: id, ...onInstance() });
    expect(moved.body).toMatchObject({
      delivered: false,
      error: 'answered 302, and redirects are not followed',
    });
    expect(receiver.received).toHaveLength(before + 1);
    receiver.answer = { status: 204 };
    // A process that may not go there does not, whoever has made the sink.
    const refused = await call('testAuditSink', { sink: id });
    expect(refused.body).toMatchObject({ delivered: false, error: 'has to begin with https://' });
    expect(receiver.received).toHaveLength(before + 1);
  });
});

describe('rotateAuditSinkSecret', () => {
  it('200: for a day both secrets sign', async () => {
    const { id, secret } = (await create(local(), onInstance())).body;
    const { status, body } = await call('rotateAuditSinkSecret', { sink: id, body: {} });
    expect([status, body.secret === secret]).toEqual([200, false]);
    await call('testAuditSink', { sink: id, ...onInstance() });
    const message = receiver.received.at(-1)!;
    expect([isSignedBy(message, secret), isSignedBy(message, body.secret)]).toEqual([true, true]);
    await suite
      .database('audit', 'owner')
      .query(`UPDATE audit_sink SET previous_until = now() - interval '1 second' WHERE id = $1`, [id]);
    await call('testAuditSink', { sink: id, ...onInstance() });
    const later = receiver.received.at(-1)!;
    expect([isSignedBy(later, secret), isSignedBy(later, body.secret)]).toEqual([false, true]);
  });

  it('200 without an overlap: only the new secret signs', async () => {
    const { id, secret } = (await create(local(), onInstance())).body;
    const { body } = await call('rotateAuditSinkSecret', { sink: id, body: { overlap_seconds: 0 } });
    await call('testAuditSink', { sink: id, ...onInstance() });
    const message = receiver.received.at(-1)!;
    expect([isSignedBy(message, secret), isSignedBy(message, body.secret)]).toEqual([false, true]);
  });

  it('409 for what has no secret', async () => {
    const id = 'snk_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V';
    await suite.database('audit', 'owner').query(
      `INSERT INTO audit_sink (id, log, name, kind, filter, position, enabled, created_by)
       VALUES ($1, $2, 'x', 'file', '{}', 0, false, 'acc_1')`,
      [id, owner.workspace.id],
    );
    expect((await call('rotateAuditSinkSecret', { sink: id, body: {} })).status).toBe(409);
  });
});
