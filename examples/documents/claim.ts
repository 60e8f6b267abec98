import { columns } from './columns.ts';

/** A sentence of a document, and the answer that shows it. */
export interface ClaimResult {
  readonly claim: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
}

/** @param who what the document is called in the heading */
export function claimTable(who: string, results: readonly ClaimResult[]): string {
  return columns([
    [`the ${who} says`, 'answer', ''],
    ...results.map(({ claim, got, expected, ok }) => [claim, got, ok ? 'as said' : `! expected ${expected}`]),
  ]).join('\n');
}
