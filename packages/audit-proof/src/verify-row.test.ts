import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keysOf, signingPair } from './checkpoint-keys.ts';
import { sealLog } from '../test/sealed-log.ts';
import { verifyRow } from './verify-row.ts';

const key = signingPair(randomBytes(32));
const keys = keysOf({ keys: [key.jwk] });
const sealed = sealLog('ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V', [3, 1, 5], 2, key);

describe('verifyRow', () => {
  it('accepts every sealed row on its own', () => {
    for (let seq = 1; seq <= 9; seq++)
      expect(verifyRow(sealed.proofOf(seq), keys)).toMatchObject({ ok: true });
  });

  it('refuses a row with anything in it changed, or shown for another', () => {
    const proof = sealed.proofOf(6);
    const { row } = sealed.proofOf(7);
    const wrong = [
      { ...proof, row: { ...proof.row, body: '{}' } },
      { ...proof, row: { ...proof.row, source: 'tokens' } },
      { ...proof, row: { ...proof.row, seq: 7 } },
      { ...proof, row },
      { ...proof, log: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0W' },
      { ...proof, previous_hash: 'ab'.repeat(32) },
      { ...proof, row_path: proof.row_path.slice(1) },
      { ...proof, span: { ...proof.span, rows_root: 'ab'.repeat(32) } },
      { ...proof, span: { ...proof.span, index: 0 } },
      { ...proof, span: sealed.proofOf(2).span },
    ];
    for (const each of wrong) expect(verifyRow(each, keys)).toMatchObject({ ok: false });
    expect(verifyRow(proof, new Map())).toEqual({ ok: false, problem: 'signature' });
  });
});
