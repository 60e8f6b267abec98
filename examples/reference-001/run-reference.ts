import { randomBytes } from 'node:crypto';
import type { ClaimResult } from '../documents/claim.ts';
import { checkClaims } from './check-claims.ts';
import { endpointsOf } from './extract-reference.ts';
import { followReference, readReference } from './follow-reference.ts';
import { createReferenceClient } from './reference-client.ts';
import type { ReferenceRow } from './reference-run.ts';

export interface RunOptions {
  /** Origin to call, without a slash at its end. */
  readonly url: string;
  /** The origin that the deployment writes into its links. */
  readonly publicUrl: string;
  readonly adminKey: string;
  /** Free, and one's own. */
  readonly appName: string;
  readonly onWait?: (seconds: number) => void;
}

export interface ReferenceResult {
  readonly rows: readonly ReferenceRow[];
  readonly claims: readonly ClaimResult[];
  readonly endpoints: number;
}

/** The whole reference against one suite: its endpoints and bodies, then its sentences. */
export async function runReference(options: RunOptions): Promise<ReferenceResult> {
  const pieces = readReference();
  const { url, adminKey, appName, publicUrl } = options;
  const reader = { baseUrl: `${url}/heimdall`, adminKey, appName, password: randomBytes(12).toString('hex') };
  const client = createReferenceClient(reader.baseUrl, options.onWait);
  const claims: ClaimResult[] = [];
  const beforeLeaving = async () => void claims.push(...(await checkClaims(client, reader)));
  const rows = await followReference({ pieces, reader, client, publicUrl, beforeLeaving });
  return { rows, claims, endpoints: endpointsOf(pieces).length };
}
