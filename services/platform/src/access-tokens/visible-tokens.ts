import type { Principal, WorkspaceAccess } from '@pcft/auth';
import type { TokenFilter } from './prisma-access-token-store.ts';

/** Who asks, and where; `access` is `null` where somebody asks about the tokens of the own account. */
export interface Viewer {
  readonly principal: Principal;
  readonly access: Pick<WorkspaceAccess, 'id' | 'role'> | null;
}

/** Owners and admins see every PAT of the workspace, members their own; an account all of its own, wherever pinned. */
export function visibleTokens({ principal, access }: Viewer): TokenFilter {
  if (access === null) return { workspaceId: null, accountId: principal.accountId ?? '' };
  const seesAll = access.role === 'owner' || access.role === 'admin';
  return { workspaceId: access.id, accountId: seesAll ? null : (principal.accountId ?? '') };
}
