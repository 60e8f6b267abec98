import type { Introspection, IntrospectionOverview, Principal, WorkspaceAccess } from '@pcft/auth';
import type { platformOperations, SuccessOf } from '@pcft/contracts';
import type { CompiledPolicy, Conditions, Statement } from '@pcft/policy';
import type { CredentialColumns, OverviewRow, WorkspaceRow } from './introspection-row.ts';

/** The body of `GET /v1/introspect/workspaces/:id`. */
export type WorkspaceBody = SuccessOf<(typeof platformOperations)['introspectWorkspace']>;
/** The body of `GET /v1/introspect`. */
export type OverviewBody = SuccessOf<(typeof platformOperations)['introspect']>;

type Known<I> = Exclude<I, { state: 'unknown' }>;
type Issued<Row> = Row & Extract<CredentialColumns, { credential_id: string }>;

const foreign = { is_member: false, role: null, policy: [], services: [] };

/** What anybody is told of their own credential in a workspace; foreign and absent look the same. */
export function workspaceToWire(introspection: Known<Introspection>): WorkspaceBody {
  if (introspection.state === 'inactive' || introspection.access === null) return { ...foreign };
  const { access, boundaries } = introspection;
  return { ...accessToWire(access), ...(boundaries.length > 0 && { boundary: boundaryToWire(boundaries) }) };
}

/** The same with what a service needs to decide by it and to cache it. */
export function workspaceToService(
  introspection: Known<Introspection>,
  row: Issued<WorkspaceRow>,
): WorkspaceBody {
  const read = { epoch: row.epoch, pos: Number(row.pos) };
  const principal = principalToWire(introspection.principal);
  if (introspection.state === 'inactive')
    return { ...foreign, active: false, reason: introspection.reason, principal, ...read };
  return {
    ...workspaceToWire(introspection),
    active: true,
    ambiguous: introspection.ambiguous,
    principal,
    account_policy: copy(introspection.accountPolicy.statements),
    boundary: boundaryToWire(introspection.boundaries),
    conditions: conditionsToWire((introspection.access ?? introspection).conditions),
    account_conditions: conditionsToWire(introspection.conditions),
    ancestors: [...row.ancestor_ids],
    ...read,
    ...(row.ttl_ms !== null && { ttl_ms: row.ttl_ms }),
  };
}

/** What anybody is told of their own credential as a whole. */
export function overviewToWire(
  overview: Known<IntrospectionOverview>,
  row: Issued<OverviewRow>,
): OverviewBody {
  const { id, type, name, workspaceId } = overview.principal;
  const isActive = overview.state === 'active';
  return {
    is_authenticated: isActive,
    account: { id: row.account_id, email: row.email, name: row.full_name },
    principal: {
      // Platform issues nothing but these two.
      type: type === 'session' ? 'session' : 'pat',
      id,
      name,
      account_id: row.account_id,
      workspace_id: workspaceId,
      created_at: row.created_at.toISOString(),
      expires_at: row.expires_at?.toISOString() ?? null,
    },
    policy: isActive ? copy(overview.accountPolicy.statements) : [],
    ...(isActive && overview.boundaries.length > 0 && { boundary: boundaryToWire(overview.boundaries) }),
    conditions: isActive ? conditionsToWire(overview.conditions) : null,
    workspaces: isActive ? overview.workspaces.map(accessToWire) : [],
  };
}

/** The same with whether it is active, for a service. */
export function overviewToService(
  overview: Known<IntrospectionOverview>,
  row: Issued<OverviewRow>,
): OverviewBody {
  return {
    ...overviewToWire(overview, row),
    active: overview.state === 'active',
    ...(overview.state === 'active' && { boundary: boundaryToWire(overview.boundaries) }),
    ...(overview.state === 'inactive' && { reason: overview.reason }),
    pos: Number(row.pos),
  };
}

function accessToWire(access: WorkspaceAccess) {
  const { id, slug, pinned, role, customRole, statements, conditions, services, plan, mode } = access;
  return {
    id,
    slug,
    is_member: true,
    ...(pinned && { pinned }),
    role: { id: customRole?.id ?? role, name: customRole?.name ?? role },
    policy: copy(statements),
    role_cap: role,
    ...(customRole && { role_policy: copy(customRole.policy.statements) }),
    conditions: conditionsToWire(conditions),
    services: [...services],
    plan,
    mode,
  };
}

function principalToWire({ type, id, name, accountId, workspaceId }: Principal) {
  return {
    type: type === 'session' ? ('session' as const) : ('pat' as const),
    id,
    name,
    account_id: accountId ?? '',
    workspace_id: workspaceId,
  };
}

function boundaryToWire(boundaries: readonly CompiledPolicy[]): Statement[][] {
  return boundaries.map(({ statements }) => copy(statements));
}

function copy(statements: readonly Statement[]): Statement[] {
  return statements.map(({ effect, actions, resources }) => ({ effect, actions, resources }));
}

function conditionsToWire(conditions: Conditions | null): Record<string, unknown> | null {
  return conditions && { ...conditions };
}
