import { describe, expect, it } from '@jest/globals';
import { chainHash, genesisHash, type ChainLink } from './chain-hash.ts';

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
