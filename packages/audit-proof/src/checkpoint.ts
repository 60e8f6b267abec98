import { hash, sign, verify, type KeyObject } from 'node:crypto';
import { merkleRoot } from './merkle-tree.ts';
import { spanLeaf, type Span } from './span.ts';

/** What a checkpoint says; its spans hang on `root`. */
export interface Statement {
  /** Which suite made it, e.g. its public origin. */
  readonly origin: string;
  /** From 1, without gaps. */
  readonly number: number;
  /** RFC 3339, UTC. */
  readonly made_at: string;
  /** SHA-256 of the statement before, hex; 64 zeros in the first. */
  readonly previous: string;
  readonly spans: number;
  readonly root: string;
}

/** A statement as it is signed, kept and handed out. */
export interface Checkpoint {
  /** The signed bytes, as text. */
  readonly statement: string;
  /** Ed25519 over them (RFC 8032), base64. */
  readonly signature: string;
  readonly kid: string;
}

/** A checkpoint with all that its root stands for. */
export interface FullCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly spans: readonly Span[];
}

/** By kid. */
export type CheckpointKeys = ReadonlyMap<string, KeyObject>;

export const firstPrevious = '0'.repeat(64);

const title = 'pcft-audit-checkpoint-v1';
const form = new RegExp(
  [
    `^${title}`,
    'origin: ([\\x21-\\x7e]{1,200})',
    'number: ([1-9][0-9]{0,14})',
    'made_at: (20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z)',
    'previous: ([0-9a-f]{64})',
    'spans: ([1-9][0-9]{0,14})',
    'root: ([0-9a-f]{64})\\n$',
  ].join('\\n'),
);

export function formatStatement({ origin, number, made_at, previous, spans, root }: Statement): string {
  const text = [
    title,
    `origin: ${origin}`,
    `number: ${number}`,
    `made_at: ${made_at}`,
    `previous: ${previous}`,
    `spans: ${spans}`,
    `root: ${root}`,
    '',
  ].join('\n');
  if (!form.test(text)) throw new TypeError('a checkpoint cannot say this');
  return text;
}

/** `null` where the text is not exactly of the form. */
export function parseStatement(text: string): Statement | null {
  const match = form.exec(text);
  if (!match) return null;
  const [, origin = '', number, made_at = '', previous = '', spans, root = ''] = match;
  return { origin, number: Number(number), made_at, previous, spans: Number(spans), root };
}

export function statementHash({ statement }: Pick<Checkpoint, 'statement'>): string {
  return hash('sha256', statement, 'hex');
}

/** Signs a statement over these spans. The caller says number, time and predecessor. */
export function makeCheckpoint(
  about: Omit<Statement, 'spans' | 'root'>,
  spans: readonly Span[],
  { kid, privateKey }: { readonly kid: string; readonly privateKey: KeyObject },
): Checkpoint {
  const root = merkleRoot(spans.map(spanLeaf)).toString('hex');
  const statement = formatStatement({ ...about, spans: spans.length, root });
  return { statement, signature: sign(null, Buffer.from(statement), privateKey).toString('base64'), kid };
}

/** The statement of a checkpoint that one of the keys has signed, else `null`. */
export function verifyCheckpoint(
  { statement, signature, kid }: Checkpoint,
  keys: CheckpointKeys,
): Statement | null {
  const key = keys.get(kid);
  const isSigned =
    key !== undefined && verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64'));
  return isSigned ? parseStatement(statement) : null;
}
