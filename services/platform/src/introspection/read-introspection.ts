import type {
  CustomRole,
  Introspection,
  IntrospectionOverview,
  Principal,
  WorkspaceAccess,
} from '@pcft/auth';
import { workspaceServices } from '@pcft/contracts';
import { compilePolicy, type CompiledPolicy, type Conditions, type Statement } from '@pcft/policy';
import { accountWideReach } from './account-wide-reach.ts';
import type { CredentialColumns, MembershipColumns, OverviewRow, WorkspaceRow } from './introspection-row.ts';

type Issued = Extract<CredentialColumns, { credential_id: string }>;

interface Bound {
  readonly firstCreatedAt: Date;
  readonly statements: readonly Statement[];
  readonly policy: CompiledPolicy;
  readonly boundaries: readonly CompiledPolicy[];
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
    boundaries: bound.boundaries,
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
    boundaries: bound.boundaries,
    conditions: bound.conditions,
    workspaces: (row.memberships ?? []).map((membership) => accessOf(principal, membership, bound)),
  };
}

export function principalOf({ type, credential_id: id, name, account_id, pin }: Issued): Principal {
  return { type, id, name, accountId: account_id, workspaceId: pin, appId: null };
}

// Throws for statements that cannot be read: what was stored has been validated, so nothing may be decided by them.
function boundOf({ statements, boundaries, conditions, first_created_at: firstCreatedAt }: Issued): Bound {
  return {
    firstCreatedAt,
    statements,
    policy: compilePolicy(statements),
    boundaries: boundaries.map(compilePolicy),
    conditions,
  };
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
    customRole: customRoleOf(membership),
    statements: granted ? bound.statements : [],
    policy: granted ? bound.policy : nothing,
    boundaries: bound.boundaries,
    conditions: reach.conditions,
    plan: membership.plan,
    mode: membership.mode,
    services: workspaceServices.filter((service) => !disabled_services.includes(service)),
  };
}

function customRoleOf({ role_id, role_name, role_statements }: MembershipColumns): CustomRole | null {
  if (role_id === null) return null;
  // A custom role without statements would be its base, which is wider.
  if (role_name === null || role_statements === null) throw new Error(`the role ${role_id} cannot be read`);
  return { id: role_id, name: role_name, policy: compilePolicy(role_statements) };
}
