import type { tokensOperations } from '@pcft/contracts';
import { invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { ReadToken } from '../access-tokens/known-tokens.ts';
import type { PeekRefusal } from '../access-tokens/peek-access-token.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { addressedApp } from './addressed-app.ts';
import { authorize, refuse, type AuthorizeDecision, type AuthorizeDeps } from './authorize.ts';
import type { AllowCounter } from './allow-counter.ts';

type AuthorizeOperations = Pick<typeof tokensOperations, 'authorize' | 'authorizeBatch'>;
type AuthorizeCall = Call<AuthorizeOperations['authorize'], DirectoryApp | undefined>;
type BatchCall = Call<AuthorizeOperations['authorizeBatch'], DirectoryApp | undefined>;
type Check = BatchCall['body']['checks'][number];

export interface AuthorizeRouteDeps extends AuthorizeDeps {
  readonly allows: AllowCounter;
}

export function authorizeHandlers(deps: AuthorizeRouteDeps): Handlers<AuthorizeOperations> {
  async function decide(
    appId: string | null,
    token: ReadToken | PeekRefusal,
    permissions: readonly string[],
  ): Promise<AuthorizeDecision> {
    if (typeof token === 'string') return refuse(token);
    if (appId === null) return refuse('app_unknown');
    return authorize(deps, appId, token, permissions);
  }

  /** What a running backend was allowed is counted; everything else leaves its row. */
  function countInstead({ principal, audit }: Pick<Call, 'principal' | 'audit'>, checks: number): void {
    if (principal?.type !== 'app-key' || principal.appId === null) return;
    deps.allows.count(principal.appId, principal.id, checks);
    audit.countedInstead();
  }

  return {
    async authorize(call: AuthorizeCall) {
      const { body, audit } = call;
      const permissions = neededPermissions(body);
      const token = deps.knownTokens.peek(body.token);
      const appId = await addressedApp(call, deps.warm, body.app, token);
      const decision = await decide(appId, token, permissions);
      if (decision.allowed) countInstead(call, 1);
      const { allowed, reason, subject } = decision;
      audit.add({
        ...(appId && { appId }),
        ...(subject && { target: { type: subject.type, id: subject.id } }),
        outcome: allowed ? 'success' : 'denied',
        metadata: { reason, permissions, ...(body.resource !== undefined && { resource: body.resource }) },
      });
      return toWire(decision);
    },

    async authorizeBatch(call: BatchCall) {
      const { body, audit } = call;
      const asked = body.checks.map((check, index) => ({
        permissions: neededPermissions(check, `checks[${index}].`),
        token: deps.knownTokens.peek(tokenOf(body, check, index)),
      }));
      /** Whether the caller may ask is found out once an app, however many tokens name it. */
      const apps = new Map<string, Promise<string | null>>();
      const appOf = (token: ReadToken | PeekRefusal) => {
        const key = typeof token === 'string' ? '' : token.appId;
        const known = apps.get(key) ?? addressedApp(call, deps.warm, body.app, token);
        apps.set(key, known);
        return known;
      };
      const decisions: AuthorizeDecision[] = [];
      // One after the other: a hundred signatures at once would keep every other call waiting.
      for (const { token, permissions } of asked)
        decisions.push(await decide(await appOf(token), token, permissions));
      const allowed = decisions.every((decision) => decision.allowed);
      if (allowed) countInstead(call, decisions.length);
      audit.add({ outcome: allowed ? 'success' : 'denied', metadata: { checks: noted(asked, decisions) } });
      return { allowed, results: decisions.map(toWire) };
    },
  };
}

function tokenOf({ token }: BatchCall['body'], check: Check, index: number): string {
  const own = check.token ?? token;
  if (own === undefined) throw invalid(`checks[${index}].token`, 'required', 'token is required');
  return own;
}

/** One row for all: who was asked about, and what came of it. */
function noted(
  asked: readonly { readonly permissions: readonly string[] }[],
  decisions: readonly AuthorizeDecision[],
) {
  return decisions.map(({ reason, subject }, index) => ({
    reason,
    subject: subject?.id ?? null,
    permissions: asked[index]?.permissions ?? [],
  }));
}

function neededPermissions(
  { permission, permissions }: Pick<Check, 'permission' | 'permissions'>,
  prefix = '',
): readonly string[] {
  if (permission !== undefined && permissions !== undefined) {
    throw invalid(
      `${prefix}permissions`,
      'excludes permission',
      'permission and permissions exclude each other',
    );
  }
  const needed = permissions ?? (permission === undefined ? undefined : [permission]);
  if (!needed) throw invalid(`${prefix}permission`, 'required', 'permission or permissions is required');
  return needed;
}

function toWire({ allowed, reason, subject }: AuthorizeDecision) {
  const principal = subject && {
    type: subject.type,
    id: subject.id,
    app_id: subject.appId,
    email: subject.email,
    ...(subject.tenant !== null && { tenant: subject.tenant }),
    roles: [...subject.roles],
    permissions: [...subject.permissions],
  };
  return { allowed, reason, principal };
}
