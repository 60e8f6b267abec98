import { describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { type ChainEntry, readEntry } from '../ingest/chain-entry.ts';
import { usageOf } from './usage-of.ts';

const entryOf = (event: AuditEvent): ChainEntry =>
  readEntry('platform', { id: event.id, body: serializeEvent(event) });
const call = (patId: string | null, fields: Partial<AuditEvent> = {}): ChainEntry =>
  entryOf(
    sampleEvent({
      actor: { type: 'account', id: createId('acc_'), pat_id: patId, session_id: null },
      occurred_at: '2026-11-22T10:00:00.000Z',
      ...fields,
    }),
  );
const [a, b] = [createId('pat_'), createId('pat_')].sort() as [string, string];

describe('usageOf', () => {
  it('counts rows by token and UTC day, in their order', () => {
    const days = usageOf([
      call(b),
      call(a, { occurred_at: '2026-11-23T00:00:00.000Z' }),
      call(a, { occurred_at: '2026-11-22T23:59:59.999Z' }),
      call(a),
    ]);
    expect(days.map(({ patId, day, calls }) => [patId, day, calls])).toEqual([
      [a, '2026-11-22', 2],
      [a, '2026-11-23', 1],
      [b, '2026-11-22', 1],
    ]);
  });

  it('keeps the newest call that was let in, with its address and service', () => {
    const [day] = usageOf([
      call(a, { occurred_at: '2026-11-22T12:00:00.000Z', service: 'tokens', ip: '192.0.2.1' }),
      call(a, { occurred_at: '2026-11-22T11:00:00.000Z' }),
      call(a, { occurred_at: '2026-11-22T13:00:00.000Z', status: 401, outcome: 'denied' }),
    ]);
    expect(day).toMatchObject({
      calls: 2,
      refused: 1,
      lastAt: '2026-11-22T12:00:00.000Z',
      lastIp: '192.0.2.1',
      lastService: 'tokens',
    });
  });

  it('takes a denial for a use, a dead token’s call for none', () => {
    const denied = { outcome: 'denied' as const };
    expect(usageOf([call(a, { ...denied, status: 403 }), call(a, { ...denied, status: 429 })])).toMatchObject(
      [{ calls: 1, refused: 1 }],
    );
    expect(usageOf([call(a, { ...denied, status: 401 })])).toMatchObject([{ calls: 0, lastAt: null }]);
  });

  it('leaves out what no token did, what names none of ours, and what cannot be read', () => {
    expect(
      usageOf([call(null), call('pat_1'), readEntry('platform', { id: 'x', body: '{"actor":{}}' })]),
    ).toEqual([]);
  });
});
