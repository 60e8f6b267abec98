import {
  decideInWorkspace,
  decideOnAccount,
  denialFault,
  impliedWorkspace,
  type Credential,
  type Introspection,
  type Introspector,
  type Principal,
  type Question,
  type WorkspaceAccess,
} from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { PlanName } from '@pcft/plans';
import type { Decision } from '@pcft/policy';
import type { Located } from './call.ts';

/** What came of credential and policy. `fault` is thrown after the limit has been asked: the checks have an order. */
export interface Verdict {
  readonly principal: Principal | null;
  readonly access: WorkspaceAccess | null;
  readonly visible: readonly WorkspaceAccess[];
  readonly decision: Decision | null;
  readonly fault: Fault | null;
  /** Whose limits the call is counted by, where no workspace is addressed: that of the one the credential implies. */
  readonly plan?: PlanName | undefined;
}

/** Of the form of an id, and never issued: a ULID of the year 1970. */
const nowhere = 'ws_00000000000000000000000000';

const nothing = { principal: null, access: null, visible: [], decision: null };

/** A credential that is not good: 401, in the words of what was presented. */
export function badCredential(credential: Credential, principal: Principal | null = null): Verdict {
  const fault = new Fault(credential.kind === 'session' ? 'session-invalid' : 'api-key-invalid');
  return { ...nothing, principal, fault };
}

/** Whether a credential is good, and nothing else. */
export function judgeCredential(introspector: Introspector, credential: Credential): Promise<Verdict> {
  return introspector.resolve(credential, impliedWorkspace, (introspection) =>
    introspection.state === 'active'
      ? { ...nothing, principal: introspection.principal, fault: null, plan: introspection.access?.plan }
      : badCredential(credential, principalOf(introspection)),
  );
}

/** Decides in the workspace named by `ref`: an id, a slug or the implied one. */
export function judgeWorkspace(
  introspector: Introspector,
  credential: Credential,
  question: Question,
  ref: string,
  absent: Fault,
): Promise<Verdict> {
  // Called in the tick in which the answer was found usable: nothing in here may wait.
  return introspector.resolve(credential, ref, (introspection) => {
    if (introspection.state !== 'active') return badCredential(credential, principalOf(introspection));
    const { principal, access, ambiguous } = introspection;
    if (ambiguous) return { ...nothing, principal, fault: workspaceRequired() };
    if (!access) return { ...nothing, principal, fault: absent };
    const decision = decideInWorkspace(question, access);
    const fault = decision.allowed ? null : denialFault(decision);
    return { principal, access, visible: [], decision, fault };
  });
}

/** Where the addressed resource does not exist: the credential still has to be good before the 404 is said. */
export async function judgeAbsent(
  introspector: Introspector,
  credential: Credential,
  absent: Fault,
): Promise<Verdict> {
  // Asks about a workspace that cannot exist, so that absent costs what foreign costs: one negative answer, uncached.
  return introspector.resolve(credential, nowhere, (introspection) =>
    introspection.state === 'active'
      ? { ...nothing, principal: introspection.principal, fault: absent }
      : badCredential(credential, principalOf(introspection)),
  );
}

/** Decides on the caller's own account. */
export function judgeAccount(
  introspector: Introspector,
  credential: Credential,
  question: Question,
): Promise<Verdict> {
  return introspector.resolve(credential, impliedWorkspace, (introspection) => {
    if (introspection.state !== 'active') return badCredential(credential, principalOf(introspection));
    const { principal, accountPolicy: policy, boundaries, conditions, access } = introspection;
    const decision = decideOnAccount(question, principal, { policy, boundaries, conditions });
    const fault = decision.allowed ? null : denialFault(decision);
    return { ...nothing, principal, decision, fault, plan: access?.plan };
  });
}

/** Decides in every workspace the caller may see; refused only when every one of them refuses. */
export async function judgeSpan(
  introspector: Introspector,
  credential: Credential,
  question: Question,
): Promise<Verdict> {
  const overview = await introspector.overview(credential);
  if (overview.state !== 'active') return badCredential(credential, principalOf(overview));
  const { principal, workspaces } = overview;
  const decisions = workspaces
    // What a pinned credential cannot reach is no reason to refuse it what it can.
    .filter(({ pinned }) => !pinned)
    .map((access) => ({ access, decision: decideInWorkspace(question, access) }));
  const visible = decisions.filter(({ decision }) => decision.allowed).map(({ access }) => access);
  const decision = (decisions.find((each) => each.decision.allowed) ?? decisions[0])?.decision ?? null;
  const fault = decision && !decision.allowed ? denialFault(decision) : null;
  const plan = workspaces.find(({ id }) => id === principal.workspaceId)?.plan;
  return { principal, access: null, visible, decision, fault, plan };
}

/** Decides on what a locator found. */
export function judgeLocated(
  introspector: Introspector,
  credential: Credential,
  question: Question,
  located: Located | null,
  absent: Fault,
): Promise<Verdict> {
  return located
    ? judgeWorkspace(introspector, credential, question, located.workspaceId, absent)
    : judgeAbsent(introspector, credential, absent);
}

function principalOf(introspection: Pick<Introspection, 'state'>): Principal | null {
  return 'principal' in introspection ? (introspection.principal as Principal) : null;
}

function workspaceRequired(): Fault {
  return new Fault('workspace-required', { details: [{ field: 'workspace_id', reason: 'required' }] });
}
