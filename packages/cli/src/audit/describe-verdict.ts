import type { ExportVerdict, Problem, Witness } from '@pcft/audit-proof';

const meanings: Readonly<Record<Problem, string>> = {
  'no-export': 'the file does not begin as an export does',
  'row-missing': 'a row is missing, doubled or out of its place',
  'row-altered': 'the row is not what its hash says',
  'chain-rewritten': 'rows were replaced and hashed anew: they are not what a signed checkpoint says',
  signature: 'a checkpoint is not signed by a known key',
  path: 'a span of rows does not belong to the checkpoint it names',
  'no-anchor': 'it begins within the log, and no checkpoint says what came before',
  cut: 'the end is missing',
  'unreadable-line': 'a line is not one of an export',
};

/** The verdict as people read it. */
export function describeVerdict(verdict: ExportVerdict, witness: Witness | undefined): string {
  const { ok, log, rows, problem, firstBadSeq, lastBadSeq, sealedTo, startsAt, retiredTo } = verdict;
  const lines = [`log       ${log ?? 'unknown'}`, `rows      ${rows} fit`];
  if (retiredTo > 0) lines.push(`retired   to sequence ${retiredTo} by retention, as the export says`);
  if (startsAt > 1)
    lines.push(`start     at sequence ${startsAt}, from what a signed checkpoint says of ${startsAt - 1}`);
  if (ok) {
    lines.push(`sealed    to sequence ${sealedTo} by signed checkpoints`);
    if (!witness) lines.push('end       not compared with checkpoints kept elsewhere (--checkpoints)');
    lines.push('verified');
  } else {
    lines.push(`problem   ${problem === null ? 'unknown' : meanings[problem]}`);
    if (firstBadSeq !== null) lines.push(`first bad sequence ${firstBadSeq}${upTo(firstBadSeq, lastBadSeq)}`);
    lines.push('NOT VERIFIED');
  }
  return `${lines.join('\n')}\n`;
}

function upTo(first: number, last: number | null): string {
  return last === null || last === first ? '' : ` (somewhere from here to ${last})`;
}
