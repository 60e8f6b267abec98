import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';
import { isEnd, openTail, type EventStream, type StreamedEvent, type TailInput } from '../event-stream.ts';

let suite: Suite;
let owner: Owner;
const open: EventStream[] = [];

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterEach(() => open.splice(0).forEach((stream) => stream.close()));
afterAll(() => suite.close());

async function tail(input: Partial<TailInput> = {}): Promise<EventStream> {
  const stream = await openTail(suite, { auth: owner.pat, ws: owner.workspace.id, ...input });
  open.push(stream);
  return stream;
}

const read = async (auth = owner.pat, ws = owner.workspace.id): Promise<string> =>
  requestIdOf(await suite.call('getWorkspace', { auth, params: { ws } }));
const rowOf =
  (requestId: string) =>
  ({ data }: StreamedEvent): boolean =>
    data.request_id === requestId;

describe('200', () => {
  it('sends the rows there are and ends, where no time is given', async () => {
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [await read()]);
    const params = { ws: owner.workspace.slug };
    const query = { seconds: 0, after_seq: 0 };
    const answer = await suite.call('tailWorkspaceAuditLog', { auth: owner.pat, params, query });
    const ids = [...answer.text.matchAll(/^id: (\d+)\ndata/gm)].map(([, id]) => Number(id));
    expect(ids.length).toBeGreaterThan(1);
    expect(ids).toEqual(ids.map((_, n) => n + 1));
    expect(answer.text).toMatch(/^retry: 2000\nid: 0\n\n/);
    expect(answer.text).toMatch(/event: end\ndata: \{"reason":"time"\}\n\n$/);
  });

  it('sends each row as the list shows it, through the gateway too', async () => {
    const stream = await tail({ origin: suite.gatewayUrl });
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
    });
    const requestId = await read();
    const { id, data } = await stream.next(rowOf(requestId));
    const query = { request_id: requestId };
    const params = { ws: owner.workspace.id };
    const listed = await suite.call('listWorkspaceAuditLogs', { auth: owner.pat, params, query });
    expect(data).toEqual(rowsIn(listed)[0]);
    expect(id).toBe(String(data.seq));
  });

  it('goes on behind the last event without gap or repetition, on whichever process', async () => {
    const first = await tail();
    await first.next(rowOf(await read()));
    first.close();
    const missed = await Promise.all(Array.from({ length: 30 }, () => read()));
    const second = await tail({ origin: suite.gatewayUrl, lastEventId: first.lastId() });
    await Promise.all(missed.map((requestId) => second.next(rowOf(requestId))));
    await second.next(rowOf(await read()));
    const seqs = [...first.events, ...second.events].map(({ data }) => data.seq as number);
    expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n));
  });

  it('shows only what fits the filters', async () => {
    const none = await tail({ query: { outcome: 'denied' } });
    const some = await tail({ query: { action: 'workspace.*', service: 'platform', pat_id: owner.patId } });
    const [wanted] = [await read(), await read(owner.session)];
    await some.next(rowOf(wanted));
    const refused = await suite.mint(owner, { scopes: ['user:read'] });
    const denied = requestIdOf(
      await suite.call('listMembers', { auth: refused.secret, params: { ws: owner.workspace.id } }),
    );
    await none.next(rowOf(denied));
    expect(none.events.map(({ data }) => data.outcome)).toEqual(['denied']);
    expect(some.events.every(({ data }) => data.pat_id === owner.patId && data.service === 'platform')).toBe(
      true,
    );
  });

  it('leaves one row of its own, however much it sends', async () => {
    const other = await suite.createOwner();
    const stream = await tail({ auth: other.pat, ws: other.workspace.id });
    for (let n = 0; n < 3; n++) await stream.next(rowOf(await read(other.pat, other.workspace.id)));
    expect(stream.events.filter(({ data }) => data.operation === 'tailWorkspaceAuditLog')).toHaveLength(1);
  });

  it('is nobody else’s log', async () => {
    const other = await suite.createOwner();
    const stream = await tail();
    await read(other.pat, other.workspace.id);
    await stream.next(rowOf(await read()));
    expect(stream.events.every(({ data }) => data.workspace_id === owner.workspace.id)).toBe(true);
  });
});

describe('ends at once when', () => {
  it('its PAT is revoked', async () => {
    const { id, secret } = await suite.mint(owner);
    const stream = await tail({ auth: secret });
    await stream.next(rowOf(await read()));
    await suite.revoke(owner, id);
    const after = await read();
    expect((await stream.next(isEnd, 1_500)).data).toEqual({ reason: 'unauthorized' });
    expect(await stream.ended).toBe(true);
    // The revoke had returned: not a row that came after it.
    expect(stream.events.some(rowOf(after))).toBe(false);
  });

  it('the role of the account no longer reaches the log', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const stream = await tail({ auth: admin.session });
    await stream.next(rowOf(await read()));
    await suite.call('updateMember', {
      auth: owner.session,
      params: { ws: owner.workspace.id, id: admin.memberId },
      body: { role: 'member' },
    });
    expect((await stream.next(isEnd, 1_500)).data).toEqual({ reason: 'forbidden' });
  });

  it('its time is over', async () => {
    const stream = await tail({ query: { seconds: 1 } });
    expect((await stream.next(isEnd)).data).toEqual({ reason: 'time' });
    expect(await stream.ended).toBe(true);
  });
});

describe('a process of its own', () => {
  let instance: { name: string; url: string };
  beforeAll(async () => {
    instance = await suite.control.startInstance('audit', { TAILS_PER_WORKSPACE: '2' });
  }, 60_000);
  afterAll(() => suite.control.stop(instance.name).catch(() => undefined));

  it('429 when as many are open as it keeps, until one is closed', async () => {
    const streams = [await tail({ origin: instance.url }), await tail({ origin: instance.url })];
    const again = () =>
      suite.call('tailWorkspaceAuditLog', {
        ...{ auth: owner.pat, on: instance.url as `http${string}`, query: { seconds: 0 } },
        params: { ws: owner.workspace.id },
      });
    const answer = await again();
    expect([answer.status, answer.body.error.code]).toEqual([429, 'TOO_MANY_STREAMS']);
    streams[0]?.close();
    const end = performance.now() + 2_000;
    while ((await again()).status !== 200) expect(performance.now()).toBeLessThan(end);
  });

  it('lets its streams go when it drains', async () => {
    const stream = await tail({ origin: instance.url });
    const stoppedAt = performance.now();
    await suite.control.stop(instance.name);
    expect((await stream.next(isEnd)).data).toEqual({ reason: 'shutdown' });
    expect(await stream.ended).toBe(true);
    expect(performance.now() - stoppedAt).toBeLessThan(6_000);
  });
});

describe('400', () => {
  const call = (input: object) =>
    suite.call('tailWorkspaceAuditLog', { auth: owner.pat, params: { ws: owner.workspace.id }, ...input });

  it.each([
    ['a Last-Event-ID that is no number', { headers: { 'last-event-id': 'aud_1' } }],
    ['a row that is not there yet', { headers: { 'last-event-id': '999999999' } }],
    ['a negative row', { query: { after_seq: -1 } }],
    ['a pattern that is none', { query: { action: 'workspace.**' } }],
    ['an unknown filter', { query: { colour: 'red' } }],
    ['a day and more', { query: { seconds: 90_000 } }],
  ])('for %s', async (_what, input) => {
    expect((await call(input)).status).toBe(400);
  });
});
