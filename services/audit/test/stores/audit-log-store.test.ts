import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { type AuditEvent, createOutbox, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditLogStore, ListWindow } from '../../src/audit-log/audit-log-store.ts';
import type { AuditFilter, AuditRow, Position } from '../../src/audit-log/audit-row.ts';
import { createPageReader, plannedReader } from '../../src/audit-log/page-reader.ts';
import { createPostgresAuditLogStore } from '../../src/audit-log/postgres-audit-log-store.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

let log: ScratchLog;
let prisma: PrismaClient;
let pages: ReturnType<typeof createPageReader>;
let store: AuditLogStore;
const [mine, other, foreign] = [createId('ws_'), createId('ws_'), createId('ws_')];
const all = { limit: 100, offset: 0 };

/** A minute apart, the oldest first; every third is an event with a name of its own, every fourth a denial. */
const events: AuditEvent[] = Array.from({ length: 24 }, (_, n) =>
  sampleEvent({
    log: n % 2 ? mine : other,
    occurred_at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
    action: n % 3 === 0 ? 'role.assigned' : 'workspace.member.list',
    required_action: n % 3 === 0 ? 'workspace.member.update' : 'workspace.member.list',
    actor: {
      type: 'account',
      id: n < 12 ? 'acc_early' : 'acc_late',
      pat_id: `pat_${n % 5}`,
      session_id: null,
    },
    app_id: n % 6 === 0 ? 'app_1' : null,
    target: n % 8 === 0 ? { type: 'member', id: 'mem_1' } : null,
    resource: n === 11 ? 'pcft:platform:workspace/x-y' : `pcft:platform:workspace/x/member/${n % 4}`,
    access: n % 3 === 0 ? 'permissions' : 'list',
    ip: n === 5 ? '2001:db8::7' : `203.0.${n % 2}.${n}`,
    metadata: n % 7 === 0 ? { note: `Größe ${n}`, path: '/Srv/data-14', deep: [{ n }] } : {},
    changes: n % 10 === 0 ? { before: null, after: { email: 'ada.lovelace@example.com' } } : null,
    outcome: n % 4 === 0 ? 'denied' : 'success',
    service: n % 5 === 0 ? 'tokens' : 'platform',
    request_id: `req_${n}`,
  }),
);

beforeAll(async () => {
  log = await createScratchLog();
  prisma = new PrismaClient({
    adapter: createPrismaAdapter({ url: log.runtimeUrl, applicationName: 'audit test' }),
  });
  pages = createPageReader({ DATABASE_URL: log.runtimeUrl, DATABASE_POOL: 4 }, () => undefined);
  store = createPostgresAuditLogStore(plannedReader(prisma), pages);
  const chain = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
  const rows = [...events, sampleEvent({ log: foreign })].map((event) => ({
    id: event.id,
    body: serializeEvent(event),
  }));
  await chain.append(rows.map((row) => readEntry('platform', row)));
  await chain.append([readEntry('tokens', { id: 'x', body: JSON.stringify({ log: foreign }) })]);
  await chain.close();
});

afterAll(async () => {
  await prisma.$disconnect();
  await pages.close();
  await log.drop();
});

describe('list', () => {
  it('gives the rows of the logs named, newest first, as they were chained', async () => {
    const { items, total } = await store.list([mine, other], {}, all);
    expect(total).toBe(24);
    expect(items.map(({ event }) => event)).toEqual(events.toReversed());
    expect(items[0]).toMatchObject({ log: mine, seq: 12n, source: 'platform' });
    expect((await store.list([], {}, all)).total).toBe(0);
  });

  it('pages without gaps or repetition, over logs and over both columns an action may stand in', async () => {
    const filters: AuditFilter[] = [
      {},
      { action: 'workspace.member.update' },
      { action: 'workspace.*', access: 'list' },
      { resource: 'pcft:platform:workspace/x' },
      { ip: '203.0.0.0/16' },
      { ip: '203.0.1.0/28' },
      { actorId: 'acc_late', service: 'platform' },
    ];
    for (const filter of filters) {
      const whole = await store.list([mine, other], filter, all);
      const paged: AuditRow[] = [];
      for (let after: Position | undefined; ; after = paged.at(-1)) {
        const page = await store.list([mine, other], filter, {
          limit: 3,
          offset: 0,
          ...(after && { after }),
        });
        paged.push(...page.items);
        expect(page.total).toBe(whole.items.length);
        if (!page.hasMore) break;
      }
      expect(paged).toEqual(whole.items);
      const pages = await Promise.all(
        [0, 3, 6, 9, 12, 15, 18, 21].map((offset) => store.list([mine, other], filter, { limit: 3, offset })),
      );
      expect(pages.flatMap(({ items }) => items)).toEqual(whole.items);
      for (const { total } of pages) expect(total).toBe(whole.items.length);
    }
  });

  it.each<[string, AuditFilter, (event: AuditEvent) => boolean]>([
    ['the event name', { action: 'role.assigned' }, ({ action }) => action === 'role.assigned'],
    [
      'the policy action behind it',
      { action: 'workspace.member.update' },
      ({ required_action }) => required_action === 'workspace.member.update',
    ],
    [
      'an action that is both',
      { action: 'workspace.member.list' },
      ({ action }) => action === 'workspace.member.list',
    ],
    ['the actor', { actorId: 'acc_late' }, ({ actor }) => actor.id === 'acc_late'],
    ['the PAT', { patId: 'pat_3' }, ({ actor }) => actor.pat_id === 'pat_3'],
    ['the target', { targetId: 'mem_1' }, ({ target }) => target?.id === 'mem_1'],
    ['the app', { appId: 'app_1' }, ({ app_id }) => app_id === 'app_1'],
    ['an action pattern', { action: 'workspace.*' }, () => true],
    ['its end', { action: '*.list' }, ({ action }) => action === 'workspace.member.list'],
    ['a pattern that names events', { action: 'role.*' }, ({ action }) => action === 'role.assigned'],
    [
      'pattern and actor',
      { action: '*.member.update', actorId: 'acc_late' },
      ({ required_action, actor }) =>
        required_action === 'workspace.member.update' && actor.id === 'acc_late',
    ],
    ['access', { access: 'permissions' }, ({ access }) => access === 'permissions'],
    [
      'the resource',
      { resource: 'pcft:platform:workspace/x/member/2' },
      ({ resource }) => resource?.endsWith('/2') === true,
    ],
    [
      'a resource and all below, but not its neighbours',
      { resource: 'pcft:platform:workspace/x' },
      ({ resource }) => resource?.startsWith('pcft:platform:workspace/x/') === true,
    ],
    [
      'a resource pattern',
      { resource: 'pcft:*:workspace/*/member/3' },
      ({ resource }) => resource?.endsWith('/member/3') === true,
    ],
    ['an address', { ip: '203.0.1.7' }, ({ ip }) => ip === '203.0.1.7'],
    ['a range', { ip: '203.0.1.0/24' }, ({ ip }) => ip?.startsWith('203.0.1.') === true],
    ['a range of v6', { ip: '2001:db8::/32' }, ({ ip }) => ip === '2001:db8::7'],
    [
      'a range of few addresses',
      { ip: '203.0.1.0/28' },
      ({ ip }) => ['1', '3', '7', '9', '11', '13', '15'].some((last) => ip === `203.0.1.${last}`),
    ],
    ['few of v6', { ip: '2001:db8::/124' }, ({ ip }) => ip === '2001:db8::7'],
    ['a range of one', { ip: '203.0.1.7/32' }, ({ ip }) => ip === '203.0.1.7'],
    [
      'few addresses at a time',
      { ip: '203.0.1.0/28', from: new Date(Date.UTC(2026, 0, 1, 0, 9)) },
      ({ ip }) => ['9', '11', '13', '15'].some((last) => ip === `203.0.1.${last}`),
    ],
    [
      'few addresses, of denials',
      { ip: '203.0.0.0/28', outcome: 'denied' },
      ({ ip, outcome }) => outcome === 'denied' && /^203[.]0[.]0[.](\d|1[0-5])$/.test(ip ?? ''),
    ],
    [
      'many actions of an actor',
      { action: '*', service: 'platform', actorId: 'acc_late' },
      ({ service, actor }) => service === 'platform' && actor.id === 'acc_late',
    ],
    ['a word', { words: ['größe'] }, ({ metadata }) => 'note' in metadata],
    ['words, and beginnings of words', { words: ['14', 'dat', 'srv'] }, ({ metadata }) => 'note' in metadata],
    ['a number anywhere in it', { words: ['21'] }, ({ metadata }) => metadata['note'] === 'Größe 21'],
    ['what was changed', { words: ['lovelace'] }, ({ changes }) => changes !== null],
    [
      'a word and another filter',
      { words: ['größe'], outcome: 'denied' },
      ({ metadata, outcome }) => 'note' in metadata && outcome === 'denied',
    ],
    ['the request', { requestId: 'req_7' }, ({ request_id }) => request_id === 'req_7'],
    ['the service', { service: 'tokens' }, ({ service }) => service === 'tokens'],
    ['the outcome', { outcome: 'denied' }, ({ outcome }) => outcome === 'denied'],
    [
      'time, from inclusive to exclusive',
      { from: new Date(Date.UTC(2026, 0, 1, 0, 5)), to: new Date(Date.UTC(2026, 0, 1, 0, 9)) },
      ({ occurred_at }) => /T00:0[5678]:/.test(occurred_at),
    ],
    [
      'several at once',
      { actorId: 'acc_early', outcome: 'denied', action: 'role.assigned' },
      ({ actor, outcome, action }) =>
        actor.id === 'acc_early' && outcome === 'denied' && action === 'role.assigned',
    ],
  ])('filters by %s', async (_what, filter, matches) => {
    const { items, total } = await store.list([mine, other], filter, all);
    const expected = events.filter(matches).toReversed();
    expect(expected.length).toBeGreaterThan(0);
    expect(items.map(({ event }) => event)).toEqual(expected);
    expect(total).toBe(expected.length);
  });

  it('shows an unreadable event in its place', async () => {
    const { items } = await store.list([foreign], { action: 'audit.unreadable' }, all);
    expect(items).toMatchObject([{ log: foreign, seq: 2n, source: 'tokens', event: null }]);
  });
});

describe('list, of more rows than are counted', () => {
  const big = createId('ws_');
  const rows = 10_600;
  const find = (filter: AuditFilter, window: Partial<ListWindow> = {}) =>
    store.list([big], filter, { limit: 5, offset: 0, ...window });
  const names = (page: { items: readonly AuditRow[] }) => page.items.map(({ event }) => event?.request_id);

  beforeAll(async () => {
    const chain = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
    for (let from = 0; from < rows; from += 500) {
      const batch = Array.from({ length: Math.min(500, rows - from) }, (_, i) => {
        const n = from + i;
        return sampleEvent({
          log: big,
          occurred_at: new Date(Date.UTC(2026, 1, 1) + n * 1_000).toISOString(),
          request_id: `req_${n}`,
          resource: `pcft:platform:workspace/${n < 10_300 ? 'old' : 'new'}/member/${n}`,
          ip: n < 10_300 ? `10.0.${n % 200}.1` : '192.0.2.1',
          metadata: n % 2 ? { text: 'odd' } : {},
        });
      });
      await chain.append(
        batch.map((event) => readEntry('platform', { id: event.id, body: serializeEvent(event) })),
      );
    }
    await chain.close();
    await log.admin.query('VACUUM ANALYZE audit_event');
  }, 60_000);

  it('says so, and pages on by what was last', async () => {
    const page = await find({ patId: 'none' });
    expect(page).toEqual({ items: [], total: 0, isTotalExceeded: false, hasMore: false });
    const first = await find({});
    expect(first).toMatchObject({ total: 10_000, isTotalExceeded: true, hasMore: true });
    const last = first.items.at(-1);
    if (!last) throw new Error('a page has rows');
    expect(names(await find({}, { after: last }))).toEqual([5, 6, 7, 8, 9].map((n) => `req_${rows - 1 - n}`));
    expect(names(await find({}, { offset: 9_999 }))[0]).toBe(`req_${rows - 10_000}`);
  });

  it.each<[string, AuditFilter]>([
    ['a resource whose rows lie far back', { resource: 'pcft:platform:workspace/old' }],
    ['a range of addresses', { ip: '10.0.0.0/8' }],
  ])('finds the newest of %s', async (_what, filter) => {
    const page = await find(filter);
    expect(page).toMatchObject({ total: 10_000, isTotalExceeded: true, hasMore: true });
    expect(names(page)).toEqual([0, 1, 2, 3, 4].map((n) => `req_${10_299 - n}`));
    const last = page.items.at(-1);
    const end = await find(filter, { ...(last && { after: last }), offset: 10_290 });
    expect(names(end)).toEqual([4, 3, 2, 1, 0].map((n) => `req_${n}`));
    expect(end.hasMore).toBe(false);
  });

  it('counts a word exactly', async () => {
    const page = await find({ words: ['odd'] });
    expect(page).toMatchObject({ total: rows / 2, isTotalExceeded: false });
    expect(names(page)[0]).toBe(`req_${rows - 1}`);
  });
});

describe('get', () => {
  it('finds a row of the logs named, and none of another', async () => {
    const event = events[0];
    expect(await store.get(event?.id ?? '', [other])).toMatchObject({ event, log: other, seq: 1n });
    expect(await store.get(event?.id ?? '', [mine, foreign])).toBeNull();
    expect(await store.get(createId('aud_'), [mine, other])).toBeNull();
  });
});

describe('an outbox in an interactive Prisma transaction', () => {
  it('commits the event with the transaction, or not at all', async () => {
    const outbox = createOutbox({ databaseUrl: log.runtimeUrl, service: 'audit' });
    const [kept, undone] = [sampleEvent(), sampleEvent()];
    await prisma.$transaction((transaction) => outbox.appendInTransaction(transaction, kept));
    await expect(
      prisma.$transaction(async (transaction) => {
        await outbox.appendInTransaction(transaction, undone);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await outbox.close();
    expect(await prisma.outboxEvent.findMany()).toMatchObject([{ id: kept.id, body: serializeEvent(kept) }]);
  });
});
