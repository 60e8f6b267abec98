import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { platformOperations, type SuccessOf } from '@pcft/contracts';

/** Plans of workspaces, as platform knows them now. */
export interface PlanSource {
  /** By workspace; what platform knows nothing of is left out. Rejects where it cannot be asked. */
  plansOf(workspaceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** As many as one question takes. */
const idsAtOnce = 100;
const timeoutMs = 5_000;

export function createPlanSource(options: {
  readonly platformUrls: readonly string[];
  readonly serviceToken: string;
}): PlanSource {
  const reach = createInstanceFetch(options.platformUrls);
  const headers = serviceHeaders(options.serviceToken);
  const { path } = platformOperations.readWorkspacePlans;

  async function ask(ids: readonly string[]): Promise<[string, string][]> {
    const response = await reach(
      `${path}?ids=${ids.join(',')}`,
      { headers },
      { timeoutMs, repeatable: true },
    );
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`platform answered ${response.status} when asked for plans`);
    }
    const { plans } = (await response.json()) as SuccessOf<(typeof platformOperations)['readWorkspacePlans']>;
    return plans.map(({ workspace_id: id, plan }) => [id, plan]);
  }

  return {
    async plansOf(workspaceIds) {
      const found: [string, string][] = [];
      for (let at = 0; at < workspaceIds.length; at += idsAtOnce)
        found.push(...(await ask(workspaceIds.slice(at, at + idsAtOnce))));
      return new Map(found);
    },
  };
}
