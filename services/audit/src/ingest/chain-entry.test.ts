import { describe, expect, it } from '@jest/globals';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { indexColumns, readEntry, unreadableLog } from './chain-entry.ts';
import { readIngestMessage } from './read-ingest-message.ts';

const event: AuditEvent = {
  id: 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  log: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  service: 'platform',
  occurred_at: '2026-11-22T10:00:00.123Z',
  action: 'role.assigned',
  required_action: 'workspace.member.update',
  operation: 'updateMember',
  access: 'permissions',
  actor: { type: 'account', id: 'acc_1', pat_id: 'pat_1', session_id: null },
  workspace_id: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  app_id: null,
  resource: 'pcft:platform:workspace/ws_1/member/mem_1',
  target: { type: 'member', id: 'mem_1' },
  outcome: 'success',
  decision: null,
  status: 200,
  request_id: 'req_1',
  trace_id: null,
  ip: '2001:db8::1',
  user_agent: null,
  metadata: {},
  changes: null,
};
const read = (change: object, id: string = event.id) =>
  readEntry('platform', { id, body: JSON.stringify({ ...event, ...change }) });

describe('readEntry', () => {
  it('keeps the bytes as they came, and finds the columns', () => {
    const body = serializeEvent(event);
    const entry = readEntry('platform', { id: event.id, body });
    expect(entry).toMatchObject({ id: event.id, log: event.log, event });
    expect(Buffer.from(entry.body).toString()).toBe(body);
    expect(indexColumns(entry)).toEqual({
      occurredAt: '2026-11-22T10:00:00.123Z',
      service: 'platform',
      action: 'role.assigned',
      access: 'permissions',
      words: [],
      requiredAction: 'workspace.member.update',
      outcome: 'success',
      actorId: 'acc_1',
      patId: 'pat_1',
      targetId: 'mem_1',
      appId: null,
      resource: 'pcft:platform:workspace/ws_1/member/mem_1',
      requestId: 'req_1',
      ip: '2001:db8::1',
    });
  });

  it.each<[string, object]>([
    ['an unknown field', { surprise: 1 }],
    ['a wrong type', { status: 'ok' }],
    ['a NUL', { metadata: { x: 'a\0' } }],
    ['a lone surrogate', { metadata: { x: '\ud800' } }],
    ['a day that does not exist', { occurred_at: '2026-02-31T00:00:00.000Z' }],
  ])('keeps %s raw, in the log it names', (_what, change) => {
    expect(read(change)).toMatchObject({
      id: expect.stringMatching(/^raw_[0-9a-f]{64}$/),
      log: event.log,
      event: null,
    });
  });

  it('keeps raw what names no log, is no JSON, or came under another id', () => {
    expect(read({ log: 'ws_x; DROP' })).toMatchObject({ log: unreadableLog, event: null });
    expect(readEntry('platform', { id: 'x', body: '{' })).toMatchObject({ log: unreadableLog, event: null });
    expect(read({}, 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0W')).toMatchObject({ log: event.log, event: null });
  });

  it('knows the same unreadable bytes again, but not under another queue id', () => {
    const [once, again, other] = [1, 1, 2].map((id) => readEntry('platform', { id: `${id}`, body: '{' }).id);
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it('leaves out an address PostgreSQL would not take', () => {
    expect(indexColumns(read({ ip: 'fe80::1%eth0' })).ip).toBeNull();
    expect(indexColumns(read({ ip: 'unknown' })).ip).toBeNull();
  });
});

describe('readIngestMessage', () => {
  it('reads every row of a request', () => {
    const request = { source: 'platform', events: [{ id: event.id, body: serializeEvent(event) }] };
    const { entries, rows } = readIngestMessage(Buffer.from(JSON.stringify(request)));
    expect(rows).toBe(1);
    expect(entries[0]).toMatchObject({ id: event.id, source: 'platform' });
  });

  it.each<[string, Uint8Array]>([
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
    ['no JSON', Buffer.from('hello')],
    ['no request', Buffer.from('{"events":[]}')],
    ['a source that cannot be stored', Buffer.from('{"source":"a\\u0000","events":[]}')],
  ])('keeps %s as one unreadable entry', (_what, data) => {
    const { entries } = readIngestMessage(data);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ log: unreadableLog, source: 'unknown', event: null });
    expect([...(entries[0]?.body ?? [])]).toEqual([...data]);
  });
});
