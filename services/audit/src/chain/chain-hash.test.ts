import { describe, expect, it } from '@jest/globals';
import { chainHash, type ChainLink, genesisHash } from './chain-hash.ts';
import { verifyChain } from './verify-chain.ts';

const log = 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V';
const first: ChainLink = {
  log,
  seq: 1n,
  id: 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  source: 'platform',
  body: Buffer.from('{"text":"Grüße"}'),
};
const second: ChainLink = { log, seq: 2n, id: 'raw_00', source: 'tokens', body: Buffer.from([0xff, 0]) };

describe('chainHash', () => {
  // Computed by another program from docs/audit-chain.md.
  it('gives the documented vectors', () => {
    const one = chainHash(genesisHash, first);
    expect(one.toString('hex')).toBe('47137dd49c3e23185196b699b7f08efdcb7d68a4dcb9a51495450afb41ae461a');
    expect(chainHash(one, second).toString('hex')).toBe(
      '356fdee20bccd305c6177c5c523fb2b6b62028ca7015c71ec577ffc7a4fc9fed',
    );
  });

  it('tells fields apart however their bytes are divided', () => {
    const shifted = { ...first, id: `${first.id}p`, source: 'latform' };
    expect(chainHash(genesisHash, shifted)).not.toEqual(chainHash(genesisHash, first));
  });

  it.each<[string, Partial<ChainLink>]>([
    ['log', { log: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0W' }],
    ['seq', { seq: 2n }],
    ['id', { id: 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0W' }],
    ['source', { source: 'tokens' }],
    ['body', { body: Buffer.from('{"text":"Grüsse"}') }],
  ])('depends on %s', (_field, change) => {
    expect(chainHash(genesisHash, { ...first, ...change })).not.toEqual(chainHash(genesisHash, first));
  });
});

describe('verifyChain', () => {
  const build = (count: number) => {
    let previous = genesisHash;
    return Array.from({ length: count }, (_, n) => {
      const link = { ...first, id: `aud_${n}`, seq: BigInt(n + 1) };
      previous = chainHash(previous, link);
      return { ...link, hash: previous };
    });
  };

  it('accepts a whole chain and returns its end', async () => {
    const rows = build(10);
    expect(await verifyChain(rows)).toEqual({ rows: 10, firstBadSeq: null, hash: rows[9]?.hash });
    expect(await verifyChain([])).toEqual({ rows: 0, firstBadSeq: null, hash: genesisHash });
  });

  it('names the first row that was edited, removed, swapped or put in', async () => {
    const rows = build(10);
    const [a, b] = [rows[4], rows[5]];
    if (!a || !b) throw new Error('ten rows have a fifth');
    const edited = rows.with(4, { ...a, body: Buffer.from('{}') });
    const removed = rows.toSpliced(4, 1);
    const swapped = rows.with(4, b).with(5, a);
    const renumbered = rows.with(4, { ...b, seq: 5n }).with(5, { ...a, seq: 6n });
    const inserted = rows.toSpliced(4, 0, a);
    const expected = [5n, 5n, 5n, 5n, 6n];
    const verdicts = await Promise.all([edited, removed, swapped, renumbered, inserted].map(verifyChain));
    expect(verdicts.map(({ firstBadSeq }) => firstBadSeq)).toEqual(expected);
  });
});
