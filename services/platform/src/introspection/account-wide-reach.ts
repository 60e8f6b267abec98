import type { Conditions, Role } from '@pcft/policy';
import {
  lastMoment,
  reachesAccountWide,
  type WorkspaceSettings,
} from '../workspace-settings/workspace-settings.ts';

/** What a workspace leaves of a PAT that is pinned to none. A pinned one ends by itself, in the row it is read from. */
export function accountWideReach(
  settings: Pick<WorkspaceSettings, 'maxTokenLifetimeSeconds' | 'whoMayMint'>,
  token: {
    readonly role: Role;
    readonly conditions: Conditions | null;
    /** Of the first token of its family: a child lives no longer than its parent. */
    readonly firstCreatedAt: Date;
  },
): { readonly reaches: boolean; readonly conditions: Conditions | null } {
  const end = lastMoment(settings, token.firstCreatedAt);
  return {
    reaches: reachesAccountWide(settings, token.role),
    conditions: end === null ? token.conditions : endingBy(token.conditions, end),
  };
}

function endingBy(conditions: Conditions | null, end: Date): Conditions {
  const own = conditions?.not_after;
  const sooner = own !== undefined && Date.parse(own) <= end.getTime() ? own : end.toISOString();
  return { ...conditions, not_after: sooner };
}
