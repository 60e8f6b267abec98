import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { tokensOperations } from '@pcft/contracts';
import type { DirectoryRecord } from './directory-record.ts';

/** The tokens service's copy of the directory, as this service reaches it. */
export interface TokensDirectory {
  /**
   * Resolves once the records are in force there; `refused` when it will not take them as they are, however often
   * they are sent. Rejects when it cannot be reached, does not answer in time or answers with a fault of its own.
   */
  apply(records: readonly DirectoryRecord[], timeoutMs: number): Promise<'applied' | 'refused'>;
}

/** What says that the records themselves are wrong, not the moment. */
const refusals = new Set([400, 413, 415]);

export function createTokensDirectory(options: {
  /** Comma list of instances. */
  readonly tokensUrl: string;
  readonly serviceToken: string;
}): TokensDirectory {
  const { method, path } = tokensOperations.applyDirectory;
  const ask = createInstanceFetch(options.tokensUrl.split(','));
  const headers = { ...serviceHeaders(options.serviceToken), 'content-type': 'application/json' };
  return {
    async apply(records, timeoutMs) {
      // Records carry versions: the second time they change nothing.
      const init = { method, headers, body: JSON.stringify({ records }) };
      const response = await ask(path, init, { timeoutMs, repeatable: true });
      const text = await response.text();
      if (response.status === 200) return 'applied';
      if (refusals.has(response.status)) return 'refused';
      throw new Error(`tokens answered ${response.status} to its directory: ${text.slice(0, 300)}`);
    },
  };
}
