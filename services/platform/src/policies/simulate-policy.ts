import { decideInWorkspace, type IntrospectionOverview, type WorkspaceAccess } from '@pcft/auth';
import { actionCatalogue, authorizationOf, platformOperations } from '@pcft/contracts';
import { Fault, type FaultDetail } from '@pcft/errors';
import {
  compilePolicy,
  decide,
  findIdleStatements,
  isAction,
  isUrn,
  validateStatements,
  type ActionDeclaration,
  type Conditions,
  type Decision,
  type IdleStatement,
  type Role,
  type Statement,
} from '@pcft/policy';
import { isIP } from 'node:net';
import type { AccessToken } from '../access-tokens/access-token.ts';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import { accountWideReach } from '../introspection/account-wide-reach.ts';
import type { PrismaSettingsStore } from '../workspace-settings/prisma-settings-store.ts';
import { visibleTokens } from '../access-tokens/visible-tokens.ts';
import type { PrismaMemberStore } from '../members/prisma-member-store.ts';

export interface SimulationPorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly members: PrismaMemberStore;
  readonly settings: PrismaSettingsStore;
}

/** What is asked; at most one of `policy` and `tokenId`, the caller's own credential without both. */
export interface Simulation {
  readonly policy: readonly Statement[] | null;
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
  readonly decision: Decision;
  readonly idle: readonly IdleStatement[];
}

/** Whose layers decide. */
interface Subject {
  readonly statements: readonly Statement[];
  readonly role: Role | null;
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
  const access = workspaceOf(caller, asked.workspaceId ?? token?.workspaceId ?? null);
  const subject = token ? await tokenSubject(ports, token, access) : ownSubject(asked, caller, access);
  const decision = decide({
    action: asked.action,
    resource: asked.resource,
    lowestRole: declaration.lowestRole,
    service: declaration.resource.split(':')[1] ?? '',
    policy: compilePolicy(subject.statements),
    role: subject.role,
    pinned: subject.pinned,
    enabledServices: access.services,
    conditions: subject.conditions,
    clientIp: asked.ip,
    now: asked.time,
  });
  const { role, tokenStatus } = subject;
  return {
    workspaceId: access.id,
    role,
    tokenStatus,
    decision,
    idle: findIdleStatements(subject.statements),
  };
}

function readable({ policy, tokenId, action, resource, ip, time }: Simulation): ActionDeclaration {
  const faults: FaultDetail[] = [];
  if (policy && tokenId !== null) faults.push({ field: 'pat_id', reason: 'must not stand beside policy' });
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
  { members, settings }: SimulationPorts,
  token: AccessToken,
  access: WorkspaceAccess,
): Promise<Subject> {
  const { accountId, workspaceId, statements, conditions, status } = token;
  const role = await members.roleOf(accountId, access.id);
  const rules = workspaceId === null ? await settings.find(access.id) : null;
  const reach = rules && role ? accountWideReach(rules, { ...token, role }) : { reaches: true, conditions };
  return {
    statements: reach.reaches ? statements : [],
    conditions: reach.conditions,
    tokenStatus: status,
    role,
    pinned: workspaceId !== null && workspaceId !== access.id,
  };
}

/** The credential itself, or what a policy would be worth to its account. */
function ownSubject({ policy }: Simulation, { overview }: Simulator, access: WorkspaceAccess): Subject {
  const { role, pinned, statements, conditions } = access;
  return policy
    ? { statements: policy, conditions: null, role, pinned: false, tokenStatus: null }
    : {
        statements,
        conditions,
        role,
        pinned,
        tokenStatus: overview.principal.type === 'pat' ? 'active' : null,
      };
}
