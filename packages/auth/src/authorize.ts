import { workspaceServiceOf, type Authorization, type Operation } from '@pcft/contracts';
import { Fault, type FaultName } from '@pcft/errors';
import { decide, type Decision } from '@pcft/policy';
import type { Principal, WorkspaceAccess } from './introspection.ts';

/** What a decision is about, beside the credential. */
export interface Question {
  readonly operation: Operation;
  readonly authorization: Authorization;
  /** Values for the URN template beside `{workspace}` and `{account}`. */
  readonly urn: Readonly<Record<string, string>>;
  readonly clientIp: string;
  readonly now: Date;
}

/** The decision in a workspace, as one tick of pure work. */
export function decideInWorkspace(question: Question, access: WorkspaceAccess): Decision {
  const { operation, authorization, clientIp, now } = question;
  return decide({
    action: authorization.action,
    resource: fillUrn(authorization.resource, { ...question.urn, workspace: access.id }),
    lowestRole: authorization.lowestRole,
    service: serviceOf(operation, authorization),
    policy: access.policy,
    boundaries: access.boundaries,
    role: access.role,
    rolePolicy: access.customRole?.policy ?? null,
    pinned: access.pinned,
    enabledServices: access.services,
    conditions: access.conditions,
    clientIp,
    now,
  });
}

/**
 * The decision where no workspace is addressed: an account is its own owner, and a credential pinned to a workspace
 * does not speak for the account: it only learns whose it is (`self`).
 */
export function decideOnAccount(
  question: Question,
  principal: Principal,
  credential: Pick<WorkspaceAccess, 'policy' | 'boundaries' | 'conditions'>,
): Decision {
  const { operation, authorization, clientIp, now } = question;
  const service = serviceOf(operation, authorization);
  return decide({
    action: authorization.action,
    resource: fillUrn(authorization.resource, { ...question.urn, account: principal.accountId ?? '*' }),
    lowestRole: authorization.lowestRole,
    service,
    policy: credential.policy,
    boundaries: credential.boundaries,
    role: 'owner',
    pinned: principal.workspaceId !== null && authorization.workspace.from !== 'self',
    enabledServices: [service],
    conditions: credential.conditions,
    clientIp,
    now,
  });
}

/** A service of a workspace is what the URN names: an action of the platform may be served by another service. */
function serviceOf(operation: Operation, { resource }: Authorization): string {
  return resource.split(':')[1] ?? workspaceServiceOf[operation.service];
}

/** `pcft:heimdall:app/{app}` with ids filled in. A missing value is a defect, and fails closed. */
export function fillUrn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} in ${template}`);
    return value;
  });
}

const faultByLayer: Record<Decision['deciding']['layer'], FaultName> = {
  policy: 'policy-denied',
  boundary: 'policy-denied',
  conditions: 'policy-denied',
  role_cap: 'role-denied',
  pin: 'pinned-elsewhere',
  service: 'service-disabled',
};

/**
 * The 403 of a denial: what was needed and what decided. Only for members of the owning workspace; everybody else
 * gets the 404 of a thing that does not exist.
 */
export function denialFault({ action, resource, deciding }: Decision): Fault {
  const where =
    deciding.statement === null ? deciding.layer : `${deciding.layer} statement ${deciding.statement}`;
  return new Fault(faultByLayer[deciding.layer], {
    details: [
      {
        field: 'policy',
        reason: `${action} on ${resource} is needed; denied by ${where}: ${deciding.reason}`,
      },
    ],
    headers: { 'X-Required-Action': action },
  });
}
