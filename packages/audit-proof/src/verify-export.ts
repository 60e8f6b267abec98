import { chainHash, genesisHash } from './chain-hash.ts';
import type { CheckpointKeys } from './checkpoint.ts';
import {
  bodyOf,
  type ExportHeader,
  type ExportLine,
  type ExportRow,
  type ExportSpan,
} from './export-lines.ts';
import { MerkleRoot, merkleLeaf } from './merkle-tree.ts';
import { isProvenSpan } from './read-proof.ts';
import type { Span } from './span.ts';
import { verifySpan } from './verify-span.ts';
import type { Witness } from './witness.ts';

export type Problem =
  | 'no-export' // the first line says nothing of the kind
  | 'row-missing' // sequence numbers leave one out, repeat one, or go back
  | 'row-altered' // the row does not hash to what stands beside it
  | 'chain-rewritten' // rows hash, but not to what a checkpoint says of them
  | 'signature' // a checkpoint is not signed by a known key
  | 'path' // a span does not belong to the checkpoint it names
  | 'no-anchor' // the export begins within the log, and no checkpoint says how
  | 'cut' // the last line is missing, or rows that a checkpoint knows of
  | 'unreadable-line';

export interface ExportVerdict {
  readonly ok: boolean;
  readonly log: string | null;
  /** Rows that were read and fit. */
  readonly rows: number;
  readonly problem: Problem | null;
  /** The first row that does not fit. */
  readonly firstBadSeq: number | null;
  /** Where a rewritten chain leaves it open which row of a span it is: the last it can be. */
  readonly lastBadSeq: number | null;
  /** The newest row that a checkpoint vouches for; rows behind it are consistent, and not signed for yet. */
  readonly sealedTo: number;
  /** The first row of the export. Above 1 the rows before are vouched for by a checkpoint, and not shown. */
  readonly startsAt: number;
  /** The export says that retention removed the rows up to here; 0 where it does not. */
  readonly retiredTo: number;
}

class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  readonly firstBadSeq: number | null;
  readonly lastBadSeq: number | null;

  constructor(problem: Problem, firstBadSeq: number | null, lastBadSeq: number | null = firstBadSeq) {
    super(problem);
    this.problem = problem;
    this.firstBadSeq = firstBadSeq;
    this.lastBadSeq = lastBadSeq;
  }
}

export interface VerifyOptions {
  readonly keys: CheckpointKeys;
  /** Checkpoints that were kept outside the database: without them a log that was cut and sealed anew looks whole. */
  readonly witness?: Witness;
}

/**
 * Verifies an export line by line, in memory that does not grow with it. Needs no service and no network. Never throws
 * for what the lines say.
 */
export async function verifyExport(
  lines: Iterable<string> | AsyncIterable<string>,
  options: VerifyOptions,
): Promise<ExportVerdict> {
  const verifier = new ExportVerifier(options);
  try {
    for await (const line of lines) if (line !== '') verifier.read(line);
    verifier.finish();
    return verifier.verdict(null);
  } catch (error) {
    if (error instanceof Refusal) return verifier.verdict(error);
    throw error;
  }
}

class ExportVerifier {
  readonly #keys: CheckpointKeys;
  readonly #outside: Map<number, Span>;
  readonly #lastOutside: number;
  readonly #spanRows = new MerkleRoot();
  #header: ExportHeader | null = null;
  #previous: Uint8Array | null = null;
  #rows = 0;
  #nextSeq = 1;
  #spanFrom = 1;
  #sealedTo = 0;
  #ended = false;

  constructor({ keys, witness }: VerifyOptions) {
    this.#keys = keys;
    this.#outside = new Map(witness?.spans.map((span) => [span.to_seq, span]));
    this.#lastOutside = witness?.spans.at(-1)?.to_seq ?? 0;
  }

  read(text: string): void {
    const line = parseLine(text, this.#nextSeq);
    if (this.#ended) throw new Refusal('unreadable-line', this.#nextSeq);
    if (!this.#header) {
      if (line.type !== 'export' || line.form !== 'pcft-audit-export-v1')
        throw new Refusal('no-export', null);
      return this.#begin(line);
    }
    switch (line.type) {
      case 'export':
        throw new Refusal('unreadable-line', this.#nextSeq);
      case 'row':
        return this.#row(this.#header.log, line);
      case 'span':
        return this.#span(this.#header.log, line);
      case 'end':
        if (line.rows !== this.#rows) throw new Refusal('cut', this.#nextSeq);
        this.#ended = true;
    }
  }

  finish(): void {
    if (!this.#header) throw new Refusal('no-export', null);
    if (!this.#ended || this.#nextSeq <= this.#header.to_seq) throw new Refusal('cut', this.#nextSeq);
    if (this.#lastOutside >= this.#nextSeq) throw new Refusal('cut', this.#nextSeq, this.#lastOutside);
  }

  verdict(refusal: Refusal | null): ExportVerdict {
    return {
      ok: refusal === null,
      log: this.#header?.log ?? null,
      rows: this.#rows,
      problem: refusal?.problem ?? null,
      firstBadSeq: refusal?.firstBadSeq ?? null,
      lastBadSeq: refusal?.lastBadSeq ?? null,
      sealedTo: this.#sealedTo,
      startsAt: this.#header?.from_seq ?? 1,
      retiredTo: this.#header?.retired_to_seq ?? 0,
    };
  }

  #begin(header: ExportHeader): void {
    const { from_seq: from } = header;
    if (!Number.isSafeInteger(from) || from < 1) throw new Refusal('no-export', null);
    const { retired_to_seq: retired = 0 } = header;
    if (!Number.isSafeInteger(retired) || retired < 0 || retired >= from)
      throw new Refusal('no-export', null);
    this.#header = header;
    this.#nextSeq = from;
    this.#spanFrom = from;
    this.#sealedTo = from - 1;
    if (from === 1) this.#previous = genesisHash;
    // What was removed by retention is vouched for by the checkpoint that was kept.
    const anchor = this.#outside.get(from - 1);
    if (anchor) this.#previous = Buffer.from(anchor.hash, 'hex');
  }

  #row(log: string, row: ExportRow): void {
    const { seq, id, source } = row;
    const expected = this.#nextSeq;
    if (this.#previous === null) throw new Refusal('no-anchor', expected);
    if (seq !== expected) throw new Refusal('row-missing', expected);
    const body = bodyOf(row);
    const isText = typeof id === 'string' && typeof source === 'string';
    const hash =
      body && isText ? chainHash(this.#previous, { log, seq: BigInt(seq), id, source, body }) : null;
    if (hash?.toString('hex') !== row.hash) throw new Refusal('row-altered', expected);
    this.#previous = hash;
    this.#spanRows.add(merkleLeaf(hash));
    this.#rows++;
    this.#nextSeq++;
    this.#compare(this.#outside.get(seq));
  }

  #span(log: string, span: ExportSpan): void {
    const verified = isProvenSpan(span) ? verifySpan(span, this.#keys) : 'path';
    if (typeof verified === 'string') throw new Refusal(verified, this.#spanFrom, this.#nextSeq - 1);
    if (span.log !== log) throw new Refusal('path', this.#spanFrom, this.#nextSeq - 1);
    if (span.to_seq === this.#nextSeq - 1 && this.#rows === 0) {
      // The anchor of an export that begins within the log.
      this.#previous ??= Buffer.from(span.hash, 'hex');
      return;
    }
    this.#compare(span);
  }

  /** Rows up to here against what a checkpoint says of them. */
  #compare(span: Span | undefined): void {
    if (!span) return;
    const here = this.#nextSeq - 1;
    if (span.to_seq > here) throw new Refusal('cut', this.#nextSeq, span.to_seq);
    const hash = Buffer.from(this.#previous ?? genesisHash).toString('hex');
    const isSame = span.to_seq === here && span.hash === hash;
    const isWhole = span.from_seq === this.#spanFrom;
    if (!isSame) throw new Refusal('chain-rewritten', Math.max(this.#sealedTo + 1, span.from_seq), here);
    if (isWhole && this.#spanRows.size > 0 && this.#spanRows.root().toString('hex') !== span.rows_root)
      throw new Refusal('chain-rewritten', span.from_seq, here);
    this.#sealedTo = here;
    this.#spanFrom = here + 1;
    this.#spanRows.reset();
  }
}

const types = new Set(['export', 'row', 'span', 'end']);

function parseLine(text: string, at: number): ExportLine {
  try {
    const line = JSON.parse(text) as Partial<ExportLine> | null;
    if (line?.type !== undefined && types.has(line.type)) return line as ExportLine;
  } catch {
    // Said below, as for a line that is JSON and no line of an export.
  }
  throw new Refusal('unreadable-line', at);
}
