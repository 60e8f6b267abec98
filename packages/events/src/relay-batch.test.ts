import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IngestRequest, isIngestRequest } from './ingest-request.ts';
import { type RelayRow, splitByBytes } from './relay-batch.ts';

const rows = (count: number, bytes: number): RelayRow[] =>
  Array.from({ length: count }, (_, n) => ({ seq: `${n}`, id: `aud_${n}`, body: 'x'.repeat(bytes) }));
const parse = (payload: Uint8Array) => JSON.parse(Buffer.from(payload).toString()) as IngestRequest;

describe('splitByBytes', () => {
  it('gives no batch for no rows, and one for few', () => {
    expect([...splitByBytes('test', [], 10_000)]).toEqual([]);
    expect([...splitByBytes('test', rows(5, 100), 10_000)]).toHaveLength(1);
  });

  it('sends a row that is too large by itself alone', () => {
    const batches = [...splitByBytes('test', [...rows(1, 10), ...rows(1, 5_000), ...rows(1, 10)], 3_000)];
    expect(batches.map(({ seqs }) => seqs.length)).toEqual([1, 1, 1]);
  });

  it('keeps order, content and the limit', () => {
    const body = fc.string({ unit: 'grapheme', maxLength: 400 });
    fc.assert(
      fc.property(
        fc.array(body, { maxLength: 40 }),
        fc.integer({ min: 8_000, max: 20_000 }),
        (bodies, limit) => {
          const all = bodies.map((text, n) => ({ seq: `${n}`, id: `aud_${n}`, body: text }));
          const batches = [...splitByBytes('test', all, limit)];
          const requests = batches.map(({ payload }) => parse(payload));
          expect(requests.every(isIngestRequest)).toBe(true);
          expect(requests.flatMap(({ events }) => events.map((event) => event.body))).toEqual(bodies);
          expect(batches.flatMap(({ seqs }) => seqs)).toEqual(all.map(({ seq }) => seq));
          for (const { payload } of batches) expect(payload.byteLength).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
