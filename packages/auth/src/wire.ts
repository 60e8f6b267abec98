import { planNamed } from '@pcft/plans';
import { compilePolicy, type CompiledPolicy, type Conditions, type Role, type Statement } from '@pcft/policy';
import type {
  CustomRole,
  InactiveReason,
  Introspection,
  IntrospectionOverview,
  Principal,
  WorkspaceAccess,
} from './introspection.ts';
import type { Answer, Subject } from './lease/ports.ts';

/** Platform's answer does not have the declared form. Nothing may be decided by it: 503. */
export class MalformedIntrospection extends Error {
  override readonly name = 'MalformedIntrospection';

  constructor(field: string) {
    super(`malformed introspection: ${field}`);
  }
}

/**
 * Reads the body of `GET /v1/introspect/workspaces/:id` as a service of the suite receives it. The one place where
 * the wire becomes an `Introspection`. Strict: what is missing or of another type is never guessed.
 *
 * @throws MalformedIntrospection, PolicySyntaxError
 */
export function introspectionFromWire(json: unknown): Introspection {
  const body = record(json, 'body');
  const standing = standingFromWire(body);
  if (standing.state === 'inactive') return standing;
  const boundaries = boundariesFromWire(body);
  return {
    ...standing,
    accountPolicy: compilePolicy(statementsFromWire(body['account_policy'], 'account_policy')),
    boundaries,
    // A workspace may add to the credential's own. A platform that does not tell them apart has none that are added.
    conditions: conditionsFromWire(
      'account_conditions' in body ? body['account_conditions'] : body['conditions'],
    ),
    access: accessFromWire(body, { boundaries, conditions: conditionsFromWire(body['conditions']) }),
    ambiguous: body['ambiguous'] === true,
  };
}

/** The same with what the lease's cache needs to know of it (rules 4 and 5 of "Resolving a PAT"). */
export function answerFromWire(json: unknown): Answer<Introspection> {
  const value = introspectionFromWire(json);
  const body = record(json, 'body');
  const ttlMs = body['ttl_ms'];
  return {
    epoch: text(body['epoch'], 'epoch'),
    pos: wholeNumber(body['pos'], 'pos'),
    positive: value.state === 'active' && value.access !== null && !value.access.pinned,
    ttlMs: ttlMs === undefined ? null : wholeNumber(ttlMs, 'ttl_ms'),
    subjects: subjectsOf(value, body),
    value,
  };
}

/** Reads the body of `GET /v1/introspect` as a service of the suite receives it. Never cached. */
export function overviewFromWire(json: unknown): IntrospectionOverview {
  const body = record(json, 'body');
  const standing = standingFromWire(body);
  if (standing.state === 'inactive') return standing;
  const boundaries = boundariesFromWire(body);
  const conditions = conditionsFromWire(body['conditions']);
  return {
    ...standing,
    accountPolicy: compilePolicy(statementsFromWire(body['policy'], 'policy')),
    boundaries,
    conditions,
    workspaces: list(body['workspaces'], 'workspaces').flatMap((entry) => {
      const workspace = record(entry, 'workspaces');
      const own = 'conditions' in workspace ? conditionsFromWire(workspace['conditions']) : conditions;
      return accessFromWire(workspace, { boundaries, conditions: own }) ?? [];
    }),
  };
}

/**
 * Everything whose change makes an answer void: the credential and those it was minted with, the account, the
 * workspace, the membership. A membership that is added or taken away writes a row of its account too, so that answers
 * about the implied workspace are dropped.
 */
function subjectsOf(introspection: Introspection, body: Record<string, unknown>): Subject[] {
  if (introspection.state !== 'active') return [];
  const { principal, access } = introspection;
  const subjects: Subject[] = [{ kind: 'credential', id: principal.id }];
  for (const ancestor of list(body['ancestors'], 'ancestors'))
    subjects.push({ kind: 'credential', id: text(ancestor, 'ancestors') });
  if (principal.accountId !== null) subjects.push({ kind: 'account', id: principal.accountId });
  if (access === null) return subjects;
  subjects.push({ kind: 'workspace', id: access.id });
  if (principal.accountId !== null)
    subjects.push({ kind: 'member', id: memberSubject(principal.accountId, access.id) });
  return subjects;
}

/** The id under which a membership stands in the invalidation log. */
export function memberSubject(accountId: string, workspaceId: string): string {
  return `${accountId}:${workspaceId}`;
}

function standingFromWire(
  body: Record<string, unknown>,
):
  | { readonly state: 'active'; readonly principal: Principal }
  | { readonly state: 'inactive'; readonly principal: Principal; readonly reason: InactiveReason } {
  const principal = principalFromWire(record(body['principal'], 'principal'));
  if (body['active'] === true) return { state: 'active', principal };
  if (body['active'] !== false) throw new MalformedIntrospection('active');
  const reason = inactiveReasons.find((known) => known === body['reason']);
  if (reason === undefined) throw new MalformedIntrospection('reason');
  return { state: 'inactive', principal, reason };
}

const inactiveReasons: readonly InactiveReason[] = ['revoked', 'disabled', 'expired', 'account-closed'];
const roles: readonly Role[] = ['owner', 'admin', 'member'];

function principalFromWire(body: Record<string, unknown>): Principal {
  const type = body['type'];
  if (type !== 'pat' && type !== 'session') throw new MalformedIntrospection('principal.type');
  return {
    type,
    id: text(body['id'], 'principal.id'),
    name: text(body['name'], 'principal.name'),
    accountId: text(body['account_id'], 'principal.account_id'),
    workspaceId: body['workspace_id'] === null ? null : text(body['workspace_id'], 'principal.workspace_id'),
    appId: null,
  };
}

function boundariesFromWire(body: Record<string, unknown>): readonly CompiledPolicy[] {
  return list(body['boundary'], 'boundary').map((entry) =>
    compilePolicy(statementsFromWire(entry, 'boundary')),
  );
}

function accessFromWire(
  body: Record<string, unknown>,
  { boundaries, conditions }: Pick<WorkspaceAccess, 'boundaries' | 'conditions'>,
): WorkspaceAccess | null {
  if (body['is_member'] === false) return null;
  if (body['is_member'] !== true) throw new MalformedIntrospection('is_member');
  const role = roles.find((known) => known === body['role_cap']);
  if (role === undefined) throw new MalformedIntrospection('role_cap');
  const statements = statementsFromWire(body['policy'], 'policy');
  return {
    id: text(body['id'], 'id'),
    slug: text(body['slug'], 'slug'),
    pinned: body['pinned'] === true,
    role,
    customRole: customRoleFromWire(body, role),
    statements,
    policy: compilePolicy(statements),
    boundaries,
    conditions,
    services: list(body['services'], 'services').map((service) => text(service, 'services')),
    plan: planNamed(body['plan']),
    mode: body['mode'] === 'test' ? 'test' : 'live',
  };
}

/** Without its statements a custom role would be its base, which is wider. */
function customRoleFromWire(body: Record<string, unknown>, base: Role): CustomRole | null {
  const role = record(body['role'], 'role');
  const id = text(role['id'], 'role.id');
  const name = text(role['name'], 'role.name');
  if (id === base && name === base) return null;
  return { id, name, policy: compilePolicy(statementsFromWire(body['role_policy'], 'role_policy')) };
}

// `compilePolicy` reads each statement and throws on any that is malformed; here only the outer form is looked at.
function statementsFromWire(value: unknown, field: string): Statement[] {
  return list(value, field).map((entry) => record(entry, field) as unknown as Statement);
}

/** A condition of an unknown kind could be one that forbids this very call. */
function conditionsFromWire(value: unknown): Conditions | null {
  if (value === null) return null;
  const conditions = record(value, 'conditions');
  for (const name of Object.keys(conditions))
    if (!['ip', 'not_before', 'not_after'].includes(name))
      throw new MalformedIntrospection(`conditions.${name}`);
  return conditions;
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedIntrospection(field);
  return value as Record<string, unknown>;
}

function list(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw new MalformedIntrospection(field);
  return value;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') throw new MalformedIntrospection(field);
  return value;
}

function wholeNumber(value: unknown, field: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new MalformedIntrospection(field);
  return value as number;
}
