import { describe, expect, it } from '@jest/globals';
import { CopyBuffer, timestamp } from './copy-buffer.ts';

/** Fields of the rows, read as the form's description says: lengths first. */
function read(rows: Buffer): (string | null)[][] {
  const result: (string | null)[][] = [];
  for (let at = 0; at < rows.length;) {
    const fields = rows.readUInt16BE(at);
    at += 2;
    const row: (string | null)[] = [];
    for (let n = 0; n < fields; n++) {
      const length = rows.readInt32BE(at);
      at += 4;
      row.push(length === -1 ? null : rows.subarray(at, at + length).toString('hex'));
      at += Math.max(0, length);
    }
    result.push(row);
  }
  return result;
}
const hex = (text: string): string => Buffer.from(text).toString('hex');

describe('CopyBuffer', () => {
  it('tells an empty text from none, and takes whatever letters there are', () => {
    const copy = new CopyBuffer(0);
    const texts = ['', null, '\\N', '\\.', 'a\tb\r\nc"\'', 'Grüße 😀 \u{10ffff}'];
    copy.row(texts.length);
    for (const text of texts) copy.text(text);
    expect(read(copy.rows())).toEqual([texts.map((text) => (text === null ? null : hex(text)))]);
  });

  it('grows, and keeps what was there', () => {
    const copy = new CopyBuffer(1);
    const large = Buffer.alloc(100_000, 7);
    for (let n = 0; n < 3; n++) {
      copy.row(3);
      copy.text(String(n));
      copy.bytes(large);
      copy.boolean(n === 1);
    }
    expect(read(copy.rows())).toEqual(
      [0, 1, 2].map((n) => [hex(String(n)), large.toString('hex'), n === 1 ? '01' : '00']),
    );
  });

  it('leaves room for what is known later', () => {
    const copy = new CopyBuffer(16);
    copy.row(2);
    const at = copy.room(8);
    copy.text('x'.repeat(1_000));
    copy.rows().writeBigInt64BE(5n, at);
    expect(read(copy.rows())[0]?.[0]).toBe('0000000000000005');
  });

  it('writes addresses and words as PostgreSQL reads them', () => {
    const copy = new CopyBuffer(16);
    copy.row(4);
    copy.inet(null);
    copy.inet(Uint8Array.of(192, 0, 2, 1));
    copy.inet(new Uint8Array(16).fill(1));
    copy.tsvector(['b', 'ä']);
    expect(read(copy.rows())).toEqual([
      [null, '02200004c0000201', `03800010${'01'.repeat(16)}`, '00000002620000' + '00c3a4000000'],
    ]);
  });
});

describe('timestamp', () => {
  it('counts microseconds from the year 2000', () => {
    expect(timestamp(Date.UTC(2000, 0, 1))).toBe(0n);
    expect(timestamp(Date.UTC(2026, 10, 22, 10, 0, 0, 123))).toBe(848_656_800_123_000n);
    expect(timestamp(Date.UTC(1999, 11, 31, 23, 59, 59, 999))).toBe(-1_000n);
  });
});
