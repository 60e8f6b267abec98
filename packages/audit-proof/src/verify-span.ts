import { verifyCheckpoint, type CheckpointKeys, type Statement } from './checkpoint.ts';
import type { ProvenSpan } from './export-lines.ts';
import { rootOfPath } from './merkle-tree.ts';
import { spanLeaf } from './span.ts';

/** What a proven span can be wrong in. */
export type SpanProblem = 'signature' | 'path';

/** The statement that vouches for a span, or what is wrong with the proof. */
export function verifySpan(span: ProvenSpan, keys: CheckpointKeys): Statement | SpanProblem {
  const statement = verifyCheckpoint(span.checkpoint, keys);
  if (!statement) return 'signature';
  const root = rootOfPath(spanLeaf(span), {
    index: span.index,
    size: statement.spans,
    path: span.path.map((hex) => Buffer.from(hex, 'hex')),
  });
  return root?.toString('hex') === statement.root ? statement : 'path';
}
