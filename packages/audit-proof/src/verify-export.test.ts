import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { chainHash, genesisHash } from './chain-hash.ts';
import { keysOf, signingPair } from './checkpoint-keys.ts';
import { bodyOf, type ExportRow } from './export-lines.ts';
import { sealLog } from '../test/sealed-log.ts';
import { verifyExport } from './verify-export.ts';
import { readWitness, type Witness } from './witness.ts';

const log = 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V';
const key = signingPair(randomBytes(32));
const keys = keysOf({ keys: [key.jwk] });
const sealed = sealLog(log, [3, 1, 4, 2], 2, key);
const whole = sealed.lines();

const witnessed = async (): Promise<Witness> => {
  const witness = await readWitness(sealed.outside, log, keys);
  if ('problem' in witness) throw new Error(witness.problem);
  return witness;
};

/** Line of row `seq`: behind the header and the spans of what came before. */
const at = (seq: number) => whole.findIndex((line) => line.startsWith(`{"type":"row","seq":${seq},`));
const altered = (seq: number, change: Partial<ExportRow>) =>
  whole.with(at(seq), JSON.stringify({ ...(JSON.parse(whole[at(seq)] ?? '') as ExportRow), ...change }));

/** What somebody does who may write to the database, and has no key: one row altered, all hashes behind it made to fit. */
function rewritten(seq: number): string[] {
  let previous: Uint8Array = genesisHash;
  return whole.map((text) => {
    const line = JSON.parse(text) as ExportRow;
    if (line.type !== 'row') return text;
    const own = line.seq === seq ? { ...line, body: '{"n":"another"}' } : line;
    if (line.seq === seq) delete (own as { body_base64?: string }).body_base64;
    const link = { log, seq: BigInt(own.seq), id: own.id, source: own.source };
    previous = chainHash(previous, { ...link, body: bodyOf(own) ?? Buffer.alloc(0) });
    return JSON.stringify({ ...own, hash: Buffer.from(previous).toString('hex') });
  });
}

describe('verifyExport', () => {
  it('accepts a whole log, and says how far it is signed for', async () => {
    const verdict = {
      ok: true,
      log,
      rows: 12,
      problem: null,
      firstBadSeq: null,
      lastBadSeq: null,
      sealedTo: 10,
      startsAt: 1,
      retiredTo: 0,
    };
    expect(await verifyExport(whole, { keys })).toEqual(verdict);
    expect(await verifyExport(whole, { keys, witness: await witnessed() })).toEqual(verdict);
  });

  it('names the first row that was edited, whatever of it', async () => {
    for (let seq = 1; seq <= 12; seq++) {
      for (const change of [{ id: 'aud_other' }, { source: 'tokens' }, { hash: 'ab'.repeat(32) }]) {
        const verdict = await verifyExport(altered(seq, change), { keys });
        expect(verdict).toMatchObject({ ok: false, problem: 'row-altered', firstBadSeq: seq });
      }
    }
  });

  it('names the first row that is missing, swapped or put in', async () => {
    for (let seq = 1; seq < 12; seq++) {
      const removed = whole.toSpliced(at(seq), 1);
      const doubled = whole.toSpliced(at(seq), 0, whole[at(seq)] ?? '');
      expect(await verifyExport(removed, { keys })).toMatchObject({ ok: false, firstBadSeq: seq });
      expect(await verifyExport(doubled, { keys })).toMatchObject({ ok: false, firstBadSeq: seq + 1 });
    }
  });

  it('finds a chain that was rewritten with fitting hashes, and names the span it is in', async () => {
    const spans = [
      [1, 3],
      [4, 4],
      [5, 8],
      [9, 10],
    ];
    for (const [first = 0, last = 0] of spans) {
      for (let seq = first; seq <= last; seq++) {
        const verdict = await verifyExport(rewritten(seq), { keys });
        expect(verdict).toMatchObject({ problem: 'chain-rewritten', firstBadSeq: first, lastBadSeq: last });
      }
    }
  });

  it('finds it also where the checkpoints in the database were removed, by those kept outside', async () => {
    const withoutSpans = rewritten(6).filter((line) => !line.startsWith('{"type":"span"'));
    expect(await verifyExport(withoutSpans, { keys })).toMatchObject({ ok: true, sealedTo: 0 });
    const verdict = await verifyExport(withoutSpans, { keys, witness: await witnessed() });
    expect(verdict).toMatchObject({ problem: 'chain-rewritten', firstBadSeq: 5, lastBadSeq: 8 });
  });

  it('finds a tail that was cut below a checkpoint kept outside', async () => {
    const header = JSON.stringify({ ...(JSON.parse(whole[0] ?? '') as object), to_seq: 8 });
    const cut = [header, ...whole.slice(1, at(9)), JSON.stringify({ type: 'end', rows: 8 })];
    expect(await verifyExport(cut, { keys })).toMatchObject({ ok: true, sealedTo: 8 });
    const verdict = await verifyExport(cut, { keys, witness: await witnessed() });
    expect(verdict).toMatchObject({ problem: 'cut', firstBadSeq: 9, lastBadSeq: 10 });
  });

  it('finds a file that was cut anywhere', async () => {
    for (let lines = 0; lines < whole.length; lines++)
      expect(await verifyExport(whole.slice(0, lines), { keys })).toMatchObject({ ok: false });
  });

  it('refuses checkpoints that no known key has signed', async () => {
    const stranger = sealLog(log, [3, 1, 4, 2], 2, signingPair(randomBytes(32)));
    expect(await verifyExport(stranger.lines(), { keys })).toMatchObject({ ok: false, problem: 'signature' });
    const forged = sealed.spans.map((span) => JSON.stringify({ ...span, hash: 'cd'.repeat(32) }));
    const lines = whole.map((line) => (line.startsWith('{"type":"span"') ? (forged.shift() ?? '') : line));
    expect(await verifyExport(lines, { keys })).toMatchObject({ ok: false, problem: 'path' });
  });

  it('begins within a log only where a checkpoint says how', async () => {
    const header = JSON.stringify({ ...(JSON.parse(whole[0] ?? '') as object), from_seq: 5 });
    const end = JSON.stringify({ type: 'end', rows: 8 });
    const rest = [...whole.slice(at(5), -1), end];
    const anchor = JSON.stringify(sealed.spans[1]);
    expect(await verifyExport([header, ...rest], { keys })).toMatchObject({ problem: 'no-anchor' });
    expect(await verifyExport([header, anchor, ...rest], { keys })).toMatchObject({ ok: true, rows: 8 });
    const wrong = JSON.stringify(sealed.spans[0]);
    expect(await verifyExport([header, wrong, ...rest], { keys })).toMatchObject({ ok: false });
  });

  it.each([
    'null',
    '[]',
    '{',
    '{"type":"span"}',
    '{"type":"span","path":7}',
    '{"type":"row"}',
    '{"type":"row","seq":1e400}',
    '{"type":"end"}',
  ])('says so of a line like %s, and does not fall over it', async (line) => {
    for (let place = 1; place < whole.length; place++)
      expect(await verifyExport(whole.toSpliced(place, 0, line), { keys })).toMatchObject({ ok: false });
  });
});

describe('readWitness', () => {
  it('refuses checkpoints that were left out, reordered or changed', async () => {
    const [a, b, c, d] = sealed.outside;
    if (!a || !b || !c || !d) throw new Error('there are four');
    expect(await readWitness([a, c], log, keys)).toEqual({ place: 2, problem: 'link' });
    expect(await readWitness([b, a], log, keys)).toEqual({ place: 2, problem: 'link' });
    const thinner = { ...b, spans: b.spans.slice(0, 1) };
    expect(await readWitness([a, thinner], log, keys)).toEqual({ place: 2, problem: 'root' });
    const unsigned = { ...b, checkpoint: { ...b.checkpoint, statement: `${b.checkpoint.statement} ` } };
    expect(await readWitness([a, unsigned], log, keys)).toEqual({ place: 2, problem: 'signature' });
    expect(await readWitness([b, c, d], log, keys)).toMatchObject({ checkpoints: 3 });
  });
});
