import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { heimdallAdminOperations } from '@pcft/contracts';
import { unavailable } from '@pcft/errors';
import { LRUCache } from 'lru-cache';

export interface AppOwner {
  readonly id: string;
  readonly workspaceId: string;
}

/** Whose apps are: heimdall-admin knows, and what it says once holds for good. */
export interface AppOwners {
  /**
   * @param app id or name
   * @returns `null` where there is no such app
   * @throws Fault `unavailable` where it has to be asked and cannot be had
   */
  find(app: string): Promise<AppOwner | null>;
}

export function createAppOwners(options: {
  /** Comma list of instances. */
  readonly heimdallAdminUrl: string;
  readonly serviceToken: string;
  readonly timeoutMs?: number;
}): AppOwners {
  const { heimdallAdminUrl, serviceToken, timeoutMs = 1_500 } = options;
  const known = new LRUCache<string, AppOwner>({ max: 10_000 });
  const { path } = heimdallAdminOperations.findAppOwner;
  const reach = createInstanceFetch(heimdallAdminUrl.split(','));

  async function ask(app: string): Promise<AppOwner | null> {
    const init = { headers: serviceHeaders(serviceToken) };
    const response = await reach(path.replace(':app', encodeURIComponent(app)), init, {
      ...{ timeoutMs, repeatable: true },
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`heimdall-admin answered ${response.status} when asked whose an app is`);
    }
    const { id, workspace_id: workspaceId } = (await response.json()) as { id: string; workspace_id: string };
    return { id, workspaceId };
  }

  return {
    async find(app) {
      const kept = known.get(app);
      if (kept) return kept;
      const owner = await ask(app).catch((error: unknown): never => {
        throw unavailable(error);
      });
      if (owner) known.set(app, owner);
      return owner;
    },
  };
}
