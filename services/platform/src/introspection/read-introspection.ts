import type { Introspection, IntrospectionOverview, Principal, WorkspaceAccess } from '@pcft/auth';
import { workspaceServices } from '@pcft/contracts';
import { compilePolicy, type CompiledPolicy, type Conditions, type Statement } from '@pcft/policy';
import { accountWideReach } from './account-wide-reach.ts';
import type { CredentialColumns, MembershipColumns, OverviewRow, WorkspaceRow } from './introspection-row.ts';

type Issued = Extract<CredentialColumns, { credential_id: string }>;

interface Bound {
  readonly firstCreatedAt: Date;
  readonly statements: readonly Statement[];
  readonly policy: CompiledPolicy;
  readonly conditions: Conditions | null;
}

const nothing = compilePolicy([]);

/** What a row says of a credential in the workspace that was asked about. */
export function introspectionOf(row: WorkspaceRow): Introspection {
  if (row.credential_id === null) return { state: 'unknown' };
  const principal = principalOf(row);
  if (row.reason !== null) return { state: 'inactive', principal, reason: row.reason };
  const bound = boundOf(row);
  return {
    state: 'active',
    principal,
    accountPolicy: bound.policy,
    conditions: bound.conditions,
    access: row.workspace_id === null ? null : accessOf(principal, row, bound),
    ambiguous: row.ambiguous === true,
  };
}

/** What a row says of a credential in all workspaces of its account. */
export function overviewOf(row: OverviewRow): IntrospectionOverview {
  if (row.credential_id === null) return { state: 'unknown' };
  const principal = principalOf(row);
  if (row.reason !== null) return { state: 'inactive', principal, reason: row.reason };
  const bound = boundOf(row);
  return {
    state: 'active',
    principal,
    accountPolicy: bound.policy,
    conditions: bound.conditions,
    workspaces: (row.memberships ?? []).map((membership) => accessOf(principal, membership, bound)),
  };
}

export function principalOf({ type, credential_id: id, name, account_id, pin }: Issued): Principal {
  return { type, id, name, accountId: account_id, workspaceId: pin, appId: null };
}

// Throws for statements that cannot be read: what was stored has been validated, so nothing may be decided by them.
function boundOf({ statements, conditions, first_created_at: firstCreatedAt }: Issued): Bound {
  return { statements, policy: compilePolicy(statements), conditions, firstCreatedAt };
}

/** Pinned elsewhere: the account is a member, and the credential is good for nothing here. */
function accessOf(principal: Principal, membership: MembershipColumns, bound: Bound): WorkspaceAccess {
  const { workspace_id: id, slug, role, disabled_services } = membership;
  const pinned = principal.workspaceId !== null && principal.workspaceId !== id;
  const accountWide = principal.type === 'pat' && principal.workspaceId === null;
  const settings = {
    maxTokenLifetimeSeconds: membership.max_token_lifetime_seconds,
    whoMayMint: membership.who_may_mint,
  };
  const reach = accountWide
    ? accountWideReach(settings, { ...bound, role })
    : { reaches: true, conditions: bound.conditions };
  const granted = !pinned && reach.reaches;
  return {
    id,
    slug,
    pinned,
    role,
    statements: granted ? bound.statements : [],
    policy: granted ? bound.policy : nothing,
    conditions: reach.conditions,
    plan: membership.plan,
    mode: membership.mode,
    services: workspaceServices.filter((service) => !disabled_services.includes(service)),
  };
}
