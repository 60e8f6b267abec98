import type { ClaimResult } from '../documents/claim.ts';
import { prepareClaims, type ClaimContext } from './claim-context.ts';
import type { Claim } from './claim-list.ts';
import { errorClaims } from './error-claims.ts';
import { identityClaims } from './identity-claims.ts';
import { pagingClaims } from './paging-claims.ts';
import type { Reader } from './fill-in.ts';
import type { ReferenceClient } from './reference-client.ts';

/** What the reference says in prose, in its order; what exhausts a limit comes last. */
const claims: readonly Claim[] = [...errorClaims, ...identityClaims, ...pagingClaims];

/** Asks for what each sentence promises, in an app of its own. The app that was followed has to be there, and active. */
export async function checkClaims(client: ReferenceClient, reader: Reader): Promise<ClaimResult[]> {
  const context: ClaimContext = await prepareClaims(client, reader);
  const results: ClaimResult[] = [];
  for (const { claim, expected, ask } of claims) {
    const got = await ask(context);
    results.push({ claim, expected, got, ok: got === expected });
  }
  return results;
}
