import {
  decideInWorkspace,
  type CustomRole,
  type IntrospectionOverview,
  type WorkspaceAccess,
} from '@pcft/auth';
import { actionCatalogue, authorizationOf, platformOperations } from '@pcft/contracts';
import { Fault, type FaultDetail } from '@pcft/errors';
import {
  compilePolicy,
  decide,
  isAction,
  isUrn,
  validateStatements,
  type ActionDeclaration,
  type CompiledPolicy,
  type Conditions,
  type Decision,
  type Role,
  type Statement,
} from '@pcft/policy';
import { isIP } from 'node:net';
import type { AccessToken } from '../access-tokens/access-token.ts';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import { accountWideReach } from '../introspection/account-wide-reach.ts';
import type { PrismaSettingsStore } from '../workspace-settings/prisma-settings-store.ts';
import { visibleTokens } from '../access-tokens/visible-tokens.ts';
import type { PrismaRoleStore } from '../roles/prisma-role-store.ts';
import { sourceOf } from './grant-bounds.ts';
import type { AttachedPolicy, ManagedPolicy } from './managed-policy.ts';
import type { PrismaPolicyStore } from './prisma-policy-store.ts';

export interface SimulationPorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly policies: PrismaPolicyStore;
  readonly roles: PrismaRoleStore;
  readonly settings: PrismaSettingsStore;
}

/** What is asked; at most one of `policy`, `policyId` and `tokenId`, the caller's own credential without them. */
export interface Simulation {
  readonly policy: readonly Statement[] | null;
  readonly policyId: string | null;
  readonly tokenId: string | null;
  readonly action: string;
  readonly resource: string;
  readonly workspaceId: string | null;
  readonly ip: string;
  readonly time: Date;
}

/** The caller, with the address its call came from. */
export interface Simulator {
  readonly overview: Extract<IntrospectionOverview, { state: 'active' }>;
  readonly clientIp: string;
}

export interface Simulated {
  readonly workspaceId: string;
  readonly role: Role | null;
  readonly tokenStatus: AccessToken['status'] | null;
  readonly customRole: { readonly id: string; readonly name: string } | null;
  readonly decision: Decision;
  /** Where the deciding statement stands, if in a managed policy. */
  readonly source: Source | null;
  /** Of the policy layer. */
  readonly statements: readonly Statement[];
}

export interface Source {
  readonly policyId: string;
  readonly version: number;
  readonly statement: number;
}

/** Whose layers decide. */
interface Subject {
  readonly statements: readonly Statement[];
  /** Managed policies at the end of the statements. */
  readonly attached: readonly AttachedPolicy[];
  readonly boundaries: readonly CompiledPolicy[];
  readonly role: Role | null;
  readonly customRole: CustomRole | null;
  readonly pinned: boolean;
  readonly conditions: Conditions | null;
  readonly tokenStatus: AccessToken['status'] | null;
}

/**
 * Decides as a service would, and does nothing. What the caller may not see looks absent.
 *
 * @throws Fault `validation` pointing at each thing that cannot be read, `not-found`, `workspace-required`
 */
export async function simulatePolicy(
  ports: SimulationPorts,
  caller: Simulator,
  asked: Simulation,
): Promise<Simulated> {
  const declaration = readable(asked);
  const token = asked.tokenId === null ? null : await readableToken(ports.tokens, caller, asked.tokenId);
  const managed =
    asked.policyId === null ? null : await readablePolicy(ports.policies, caller, asked.policyId);
  const home = token?.workspaceId ?? managed?.workspaceId ?? null;
  const access = workspaceOf(caller, asked.workspaceId ?? home);
  const subject = token
    ? await tokenSubject(ports, token, access)
    : await ownSubject(ports, { policy: asked.policy, managed }, caller, access);
  const decision = decide({
    action: asked.action,
    resource: asked.resource,
    lowestRole: declaration.lowestRole,
    service: declaration.resource.split(':')[1] ?? '',
    policy: compilePolicy(subject.statements),
    boundaries: subject.boundaries,
    role: subject.role,
    rolePolicy: subject.customRole?.policy ?? null,
    pinned: subject.pinned,
    enabledServices: access.services,
    conditions: subject.conditions,
    clientIp: asked.ip,
    now: asked.time,
  });
  const { role, customRole, tokenStatus } = subject;
  return {
    workspaceId: access.id,
    role,
    tokenStatus,
    customRole: customRole && { id: customRole.id, name: customRole.name },
    decision,
    source: sourceIn(subject, decision),
    statements: subject.statements,
  };
}

/** The managed policy whose statement the policy layer went by. */
function sourceIn({ statements, attached }: Subject, { deciding }: Decision): Source | null {
  if (deciding.layer !== 'policy' || deciding.statement === null) return null;
  const inline = statements.length - attached.reduce((sum, each) => sum + each.statements.length, 0);
  if (deciding.statement < inline) return null;
  const { policy, at } = sourceOf(deciding.statement - inline, attached);
  return { policyId: policy.id, version: policy.version, statement: at };
}

function readable(asked: Simulation): ActionDeclaration {
  const { policy, policyId, tokenId, action, resource, ip, time } = asked;
  const faults: FaultDetail[] = [];
  if (policy && tokenId !== null) faults.push({ field: 'pat_id', reason: 'must not stand beside policy' });
  if (policyId !== null && (policy ?? tokenId) !== null)
    faults.push({ field: 'policy_id', reason: 'must not stand beside policy or pat_id' });
  if (policy) faults.push(...validateStatements(policy, actionCatalogue));
  const declaration = actionCatalogue.find((entry) => entry.action === action);
  if (!declaration) faults.push({ field: 'action', reason: unknownAction(action) });
  if (!isUrn(resource))
    faults.push({ field: 'resource', reason: 'must be a URN pcft:<service>:<type>/<id>[/<type>/<id>…]' });
  if (isIP(ip) === 0) faults.push({ field: 'ip', reason: 'must be an IP address' });
  if (Number.isNaN(time.getTime())) faults.push({ field: 'time', reason: 'must be a date-time' });
  const [first] = faults;
  if (declaration && !first) return declaration;
  throw new Fault('validation', {
    details: faults,
    ...(first && { message: `${first.field}: ${first.reason}` }),
  });
}

/** In the words of a policy's own faults, with the nearest action there is. */
function unknownAction(action: string): string {
  if (!isAction(action)) return 'must be an action, without *';
  const named: Statement = { effect: 'allow', actions: [action], resources: ['*'] };
  return validateStatements([named], actionCatalogue)[0]?.reason ?? 'matches no known action';
}

/** A PAT that the caller could get in one of its workspaces; itself, always. */
async function readableToken(
  tokens: PrismaAccessTokenStore,
  { overview, clientIp }: Simulator,
  id: string,
): Promise<AccessToken> {
  const { principal, workspaces } = overview;
  const operation = platformOperations.getAccessToken;
  const authorization = authorizationOf(operation);
  if (!authorization) throw new Error('reading a token is decided');
  const question = { operation, authorization, urn: { id }, clientIp, now: new Date() };
  for (const access of workspaces) {
    if (principal.id !== id && !decideInWorkspace(question, access).allowed) continue;
    const token = await tokens.find(id, visibleTokens({ principal, access }));
    if (token && token.revokedAt === null) return token;
  }
  throw new Fault('not-found');
}

/** A managed policy that the caller could get in one of its workspaces. */
async function readablePolicy(
  policies: PrismaPolicyStore,
  { overview, clientIp }: Simulator,
  id: string,
): Promise<ManagedPolicy> {
  const operation = platformOperations.getPolicy;
  const authorization = authorizationOf(operation);
  if (!authorization) throw new Error('reading a policy is decided');
  const question = { operation, authorization, urn: { policy: id }, clientIp, now: new Date() };
  for (const access of overview.workspaces) {
    if (!decideInWorkspace(question, access).allowed) continue;
    const policy = await policies.find(id, access.id);
    if (policy) return policy;
  }
  throw new Fault('not-found');
}

/** As every call finds its workspace: the one that was named, the pin, the only membership. */
function workspaceOf({ overview }: Simulator, named: string | null): WorkspaceAccess {
  const { principal, workspaces } = overview;
  const id = named ?? principal.workspaceId ?? (workspaces.length === 1 ? workspaces[0]?.id : undefined);
  if (id === undefined)
    throw new Fault('workspace-required', { details: [{ field: 'workspace_id', reason: 'required' }] });
  const access = workspaces.find((each) => each.id === id);
  if (!access) throw new Fault('not-found');
  return access;
}

async function tokenSubject(
  { tokens, policies, roles, settings }: SimulationPorts,
  token: AccessToken,
  access: WorkspaceAccess,
): Promise<Subject> {
  const { accountId, workspaceId, statements, policyIds, conditions, status } = token;
  const role = await roles.ofAccount(accountId, access.id);
  const custom = role?.custom ?? null;
  const rules = workspaceId === null ? await settings.find(access.id) : null;
  const reach =
    rules && role ? accountWideReach(rules, { ...token, role: role.base }) : { reaches: true, conditions };
  return {
    statements: reach.reaches ? statements : [],
    attached: await policies.attached(policyIds, workspaceId ?? ''),
    boundaries: (await tokens.boundariesOf(token.id)).map(compilePolicy),
    conditions: reach.conditions,
    tokenStatus: status,
    role: role?.base ?? null,
    customRole: custom && { id: custom.id, name: custom.name, policy: compilePolicy(custom.inForce) },
    pinned: workspaceId !== null && workspaceId !== access.id,
  };
}

/** The credential itself, or what a policy would be worth to its account. */
async function ownSubject(
  { tokens, policies }: SimulationPorts,
  {
    policy,
    managed,
  }: { readonly policy: readonly Statement[] | null; readonly managed: ManagedPolicy | null },
  { overview }: Simulator,
  access: WorkspaceAccess,
): Promise<Subject> {
  const { role, customRole, pinned, statements, boundaries, conditions } = access;
  const tried = policy ?? managed?.statements;
  if (tried)
    return {
      statements: tried,
      attached: managed ? [managed] : [],
      boundaries: [],
      conditions: null,
      role,
      customRole,
      pinned: false,
      tokenStatus: null,
    };
  const { type, id, accountId, workspaceId } = overview.principal;
  const isToken = type === 'pat';
  const own = isToken ? await tokens.find(id, { workspaceId: null, accountId: accountId ?? '' }) : null;
  return {
    statements,
    attached: own && !pinned ? await policies.attached(own.policyIds, workspaceId ?? '') : [],
    boundaries,
    conditions,
    role,
    customRole,
    pinned,
    tokenStatus: isToken ? 'active' : null,
  };
}
