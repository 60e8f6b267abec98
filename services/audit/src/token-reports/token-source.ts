import { serviceHeaders } from '@pcft/auth';
import { platformOperations, type SuccessOf } from '@pcft/contracts';
import { unavailable } from '@pcft/errors';

export type ReportedToken = SuccessOf<(typeof platformOperations)['readReportedToken']>;

/** PATs, as platform knows them now. */
export interface TokenSource {
  /**
   * @returns `null` where the workspace has no such PAT
   * @throws Fault `unavailable`
   */
  find(workspaceId: string, patId: string): Promise<ReportedToken | null>;
}

/** A caller has an answer within two seconds, and the log is still to be read. */
const timeoutMs = 800;

export function createTokenSource(options: {
  readonly platformUrls: readonly string[];
  readonly serviceToken: string;
}): TokenSource {
  const headers = serviceHeaders(options.serviceToken);
  let turn = 0;

  /** An instance that refuses the connection costs a try; one that is silent the whole time. */
  async function ask(path: string): Promise<Response> {
    const signal = AbortSignal.timeout(timeoutMs);
    let failure: unknown;
    for (const _attempt of options.platformUrls) {
      const base = options.platformUrls[turn++ % options.platformUrls.length];
      try {
        return await fetch(`${base}${path}`, { headers, signal, redirect: 'error' });
      } catch (error) {
        failure = error;
        if (signal.aborted) break;
      }
    }
    throw failure;
  }

  return {
    async find(workspaceId, patId) {
      const path = platformOperations.readReportedToken.path
        .replace(':ws', workspaceId)
        .replace(':id', patId);
      try {
        const response = await ask(path);
        const text = await response.text();
        if (response.status === 404) return null;
        if (response.status !== 200) throw new Error(`platform answered ${response.status} about a token`);
        return JSON.parse(text) as ReportedToken;
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}
