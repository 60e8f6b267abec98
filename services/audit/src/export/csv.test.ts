import { describe, expect, it } from '@jest/globals';
import { csvHeader, csvRecord } from './csv.ts';

const hash = Buffer.alloc(32, 1);
const row = (metadata: object, resource = 'pcft:platform:workspace/x') => ({
  seq: 7n,
  id: 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  source: 'platform',
  hash,
  body: Buffer.from(
    JSON.stringify({
      occurred_at: '2026-01-01T00:00:00.000Z',
      service: 'platform',
      action: 'workspace.read',
      outcome: 'success',
      status: 200,
      actor: { type: 'account', id: 'acc_1', pat_id: null, session_id: null },
      target: null,
      app_id: null,
      resource,
      ip: '203.0.113.42',
      request_id: 'req_1',
      metadata,
    }),
  ),
});

describe('csvRecord', () => {
  it('has a cell for every column', () => {
    expect(csvRecord(row({}))).toBe(
      '7,aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V,2026-01-01T00:00:00.000Z,platform,workspace.read,success,200,account,acc_1,' +
        `,,,,,pcft:platform:workspace/x,203.0.113.42,req_1,{},${hash.toString('hex')}\r\n`,
    );
    expect(csvHeader.split(',')).toHaveLength(19);
  });

  it('quotes what would break a record, and disarms what a spreadsheet would run', () => {
    expect(csvRecord(row({ text: 'a,"b"\n' }))).toContain(String.raw`"{""text"":""a,\""b\""\n""}"`);
    expect(csvRecord(row({}, '=1+1'))).toContain(`,'=1+1,`);
  });

  it('keeps the place of a row that cannot be read', () => {
    expect(csvRecord({ ...row({}), id: 'raw_00', body: Buffer.from([0xff]) })).toMatch(
      /^7,raw_00,,,audit\.unreadable,/,
    );
  });
});
