import { chainHash, genesisHash } from '../src/chain-hash.ts';
import { firstPrevious, makeCheckpoint, statementHash, type FullCheckpoint } from '../src/checkpoint.ts';
import { exportRow, type ExportRow, type ExportSpan } from '../src/export-lines.ts';
import type { SigningPair } from '../src/checkpoint-keys.ts';
import { merkleLeaf, merklePath, merkleRoot } from '../src/merkle-tree.ts';
import { spanLeaf, type Span } from '../src/span.ts';
import type { RowProof } from '../src/verify-row.ts';

/** A log in memory with checkpoints over it, for tests of whoever verifies one. */
export interface SealedLog {
  readonly log: string;
  readonly rows: readonly ExportRow[];
  readonly spans: readonly ExportSpan[];
  readonly outside: readonly FullCheckpoint[];
  lines(): string[];
  proofOf(seq: number): RowProof;
}

/** @param sizes rows in each span, one checkpoint a span; @param unsealed rows behind the last checkpoint */
export function sealLog(
  log: string,
  sizes: readonly number[],
  unsealed: number,
  key: SigningPair,
): SealedLog {
  let previous: Uint8Array = genesisHash;
  const total = sizes.reduce((sum, size) => sum + size, unsealed);
  const rows = Array.from({ length: total }, (_, n) => {
    const body = Buffer.from(n % 7 === 3 ? [0xff, n & 255] : JSON.stringify({ n, text: 'Grüße' }));
    const link = { log, seq: BigInt(n + 1), id: `aud_${n + 1}`, source: 'platform', body };
    previous = chainHash(previous, link);
    return exportRow({ ...link, hash: previous });
  });
  const outside: FullCheckpoint[] = [];
  const spans: ExportSpan[] = [];
  let from = 1;
  for (const size of sizes) {
    const members = rows.slice(from - 1, from - 1 + size);
    const last = members.at(-1);
    if (!last) throw new RangeError('a span has at least one row');
    const span: Span = {
      log,
      from_seq: from,
      to_seq: last.seq,
      hash: last.hash,
      rows_root: merkleRoot(members.map(leafOf)).toString('hex'),
    };
    // Another log beside it, so that there is a path.
    const beside: Span = { ...span, log: `${log}_beside` };
    const before = outside.at(-1);
    const about = {
      origin: 'test',
      number: outside.length + 1,
      made_at: '2026-01-01T00:00:00.000Z',
      previous: before ? statementHash(before.checkpoint) : firstPrevious,
    };
    const checkpoint = makeCheckpoint(about, [beside, span], key);
    outside.push({ checkpoint, spans: [beside, span] });
    const path = merklePath([beside, span].map(spanLeaf), 1).map((hash) => hash.toString('hex'));
    spans.push({ type: 'span', ...span, index: 1, path, checkpoint });
    from += size;
  }
  return {
    log,
    rows,
    spans,
    outside,
    lines() {
      const header = { type: 'export', form: 'pcft-audit-export-v1', log, from_seq: 1, to_seq: total };
      const body = rows.flatMap((row) => [row, ...spans.filter(({ to_seq: to }) => to === row.seq)]);
      const made = { ...header, made_at: '2026-01-01T00:00:00.000Z' };
      return [made, ...body, { type: 'end', rows: total }].map((line) => JSON.stringify(line));
    },
    proofOf(seq) {
      const span = spans.find(({ from_seq: first, to_seq: last }) => first <= seq && seq <= last);
      const row = rows[seq - 1];
      if (!span || !row) throw new RangeError('no such sealed row');
      const leaves = rows.slice(span.from_seq - 1, span.to_seq).map(leafOf);
      return {
        log,
        row,
        previous_hash: rows[seq - 2]?.hash ?? Buffer.from(genesisHash).toString('hex'),
        row_path: merklePath(leaves, seq - span.from_seq).map((hash) => hash.toString('hex')),
        span,
      };
    },
  };
}

function leafOf({ hash }: ExportRow): Buffer {
  return merkleLeaf(Buffer.from(hash, 'hex'));
}
