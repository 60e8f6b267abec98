import type { ClaimContext } from './claim-context.ts';

/** A sentence of the reference, what has to be answered if it is true, and how to ask. */
export interface Claim {
  readonly claim: string;
  readonly expected: string;
  readonly ask: (context: ClaimContext) => Promise<string>;
}
