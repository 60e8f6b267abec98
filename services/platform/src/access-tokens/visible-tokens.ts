import type { Principal, WorkspaceAccess } from '@pcft/auth';
import type { TokenFilter } from './prisma-access-token-store.ts';

/** Who asks, and where. */
export interface Viewer {
  readonly principal: Principal;
  readonly access: Pick<WorkspaceAccess, 'id' | 'role'>;
}

/** Owners and admins see every PAT of the workspace, members their own. */
export function visibleTokens({ principal, access }: Viewer): TokenFilter {
  const seesAll = access.role === 'owner' || access.role === 'admin';
  return { workspaceId: access.id, accountId: seesAll ? null : (principal.accountId ?? '') };
}
