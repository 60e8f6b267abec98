import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import { Fault, invalid, type FaultName, tooManyGuesses } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { LastUseReporter } from '../record-door/last-use-reporter.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import { clientCredentialsGrant } from './client-credentials-grant.ts';
import type { GrantedTokens } from './granted-tokens.ts';
import { passwordGrant, type PasswordGrantDeps, type SignIn } from './password-grant.ts';
import { readGrant } from './read-grant.ts';
import { refreshGrant } from './refresh-grant.ts';
import { revokeGrant, type RevokeDeps } from './revoke-grant.ts';

export interface GrantDeps extends PasswordGrantDeps, RevokeDeps {
  readonly warm: WarmDirectory;
  readonly lastUse: Pick<LastUseReporter, 'note'>;
}

type GrantOperations = Pick<typeof tokensOperations, 'issueToken' | 'refreshToken' | 'revokeToken'>;
type AnyCall = Pick<Call, 'audit' | 'request' | 'header'> & { readonly params: { readonly app: string } };

export function grantHandlers(deps: GrantDeps): Handlers<GrantOperations> {
  async function addressed({ params, audit }: AnyCall): Promise<DirectoryApp> {
    const app = await deps.warm.app(params.app);
    if (!app) throw new Fault('not-found');
    audit.add({ log: app.workspaceId, appId: app.id, resource: `pcft:heimdall:app/${app.id}` });
    return app;
  }

  async function byPassword(
    call: AnyCall,
    app: DirectoryApp,
    grant: { email: string; password: string; tenantId: string | null; otp: string | null },
  ) {
    const { audit } = call;
    const signIn = await passwordGrant(
      deps,
      app,
      { ...grant, device: deviceOf(call), abandoned: call.request.abandoned() },
      (transaction, begun) =>
        audit.commit(transaction, { ...byUser(begun.userId), metadata: { session_id: begun.sessionId } }),
    );
    if (signIn.refused === null) return signIn.granted;
    return refuse(call, faultOf(signIn), signIn.refused, byUser(signIn.userId));
  }

  async function byRefreshToken(call: AnyCall, app: DirectoryApp, refreshToken: string) {
    const { audit } = call;
    const refresh = await refreshGrant(
      deps,
      app,
      { refreshToken, device: deviceOf(call) },
      (transaction, rotation) =>
        audit.commit(transaction, {
          ...byUser(rotation.userId),
          ...(rotation.refused === null
            ? {
                action: 'token.refreshed',
                metadata: { session_id: rotation.sessionId, repeated: rotation.repeated },
              }
            : {
                action: 'token.reuse-detected',
                outcome: 'denied' as const,
                status: 401,
                metadata: { session_id: rotation.sessionId, reason: rotation.refused },
              }),
        }),
    );
    if (refresh.refused === null) return refresh.granted;
    if (refresh.committed) throw new Fault('refresh-refused');
    const fault = refresh.refused === 'tenant_refused' ? 'tenant-refused' : 'refresh-refused';
    return refuse(call, fault, refresh.refused, byUser(refresh.userId));
  }

  async function byClient(
    call: AnyCall,
    app: DirectoryApp,
    client: { id: string; secret: string; scope: string | null },
  ) {
    const grant = await clientCredentialsGrant(deps, app, client);
    const { credentialId } = grant;
    const actor = credentialId ? byMachine(credentialId) : {};
    if (grant.refused !== null) {
      const fault = grant.refused === 'scope_refused' ? 'scope-refused' : 'client-refused';
      return refuse(call, fault, grant.refused, actor);
    }
    deps.lastUse.note(grant.credentialId);
    // Nothing is kept of it: its row is written like that of a read, before the token is handed out.
    call.audit.add({ ...actor, metadata: { jti: grant.jti } });
    call.audit.nothingChanged();
    return grant.granted;
  }

  return {
    async issueToken(call) {
      const app = await addressed(call);
      call.audit.add({ metadata: { grant_type: call.body.grant_type } });
      const grant = readGrant(call.body, call.request.basic, call.request.form);
      switch (grant.type) {
        case 'password':
          return give(call, await byPassword(call, app, grant));
        case 'refresh_token':
          return give(call, await byRefreshToken(call, app, grant.refreshToken));
        case 'client_credentials':
          return give(call, await byClient(call, app, grant));
      }
    },

    async refreshToken(call) {
      const app = await addressed(call);
      return give(call, await byRefreshToken(call, app, call.body.refresh_token));
    },

    async revokeToken(call) {
      const { refresh_token, token } = call.body;
      if (refresh_token !== undefined && token !== undefined && refresh_token !== token)
        throw invalid('token', 'differs from refresh_token');
      const presented = refresh_token ?? token;
      if (presented === undefined) {
        const field = call.request.form ? 'token' : 'refresh_token';
        throw invalid(field, 'required', `${field} is required`);
      }
      const app = await addressed(call);
      const ended = await revokeGrant(deps, app, presented, (transaction, revoked) =>
        call.audit.commit(
          transaction,
          'userId' in revoked
            ? { ...byUser(revoked.userId), metadata: { session_id: revoked.sessionId } }
            : { ...byMachine(revoked.credentialId), metadata: { jti: revoked.jti } },
        ),
      );
      if (!ended) {
        call.audit.add({ metadata: { reason: 'nothing_to_revoke' } });
        call.audit.nothingChanged();
      }
      return { revoked: true };
    },
  };
}

function deviceOf({ request }: AnyCall) {
  return { ip: request.clientIp, userAgent: request.userAgent };
}

function byUser(userId: string | null) {
  return userId ? { actor: { type: 'user' as const, id: userId }, target: { type: 'user', id: userId } } : {};
}

function byMachine(id: string) {
  return { actor: { type: 'credential' as const, id }, target: { type: 'credential', id } };
}

/** What the caller is told: how long to wait, that the tenant is not the user's, and of everything else the same. */
function faultOf(refusal: Exclude<SignIn, { refused: null }>): Fault {
  if (refusal.refused === 'too_many_guesses') return tooManyGuesses(refusal.retryAfterSeconds);
  if (refusal.refused === 'second_factor_required') return new Fault('second-factor-required');
  if (refusal.refused === 'wrong_code')
    return new Fault('sign-in-refused', { message: 'The code is wrong or was used already' });
  return new Fault(refusal.refused === 'tenant_refused' ? 'tenant-refused' : 'sign-in-refused');
}

/** The row of a refusal says why; the caller is told what the fault says, and no more. */
function refuse(call: AnyCall, fault: FaultName | Fault, reason: string, fields: object): never {
  call.audit.add({ action: 'token.refused', outcome: 'denied', ...fields, metadata: { reason } });
  throw fault instanceof Fault ? fault : new Fault(fault);
}

/** RFC 6749 section 5.1. */
function give(call: AnyCall, granted: GrantedTokens): SuccessOf<GrantOperations['issueToken']> {
  call.header('Cache-Control', 'no-store');
  call.header('Pragma', 'no-cache');
  const { accessToken, expiresIn, refreshToken, scope } = granted;
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...(scope !== null && { scope }),
  };
}
