import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { type AuditEvent, createOutbox, serializeEvent } from '@pcft/events';
import { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditLogStore } from '../../src/audit-log/audit-log-store.ts';
import type { AuditFilter } from '../../src/audit-log/audit-row.ts';
import { createPrismaAuditLogStore } from '../../src/audit-log/prisma-audit-log-store.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { sampleEvent } from '../sample-event.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

let log: ScratchLog;
let prisma: PrismaClient;
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
    resource: `pcft:platform:workspace/x/member/${n % 4}`,
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
  store = createPrismaAuditLogStore(prisma);
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
    for (const filter of [{}, { action: 'workspace.member.update' }]) {
      const whole = await store.list([mine, other], filter, all);
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
    [
      'the resource',
      { resource: 'pcft:platform:workspace/x/member/2' },
      ({ resource }) => resource?.endsWith('/2') === true,
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
