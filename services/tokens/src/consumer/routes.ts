import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import type { GrantedTokens } from '../grants/granted-tokens.ts';
import { passwordGrant } from '../grants/password-grant.ts';
import { grantHandlers } from '../grants/routes.ts';
import { tooManyGuesses } from '../grants/too-many-guesses.ts';
import { changeUserPassword } from './change-user-password.ts';
import type { UserMailDeps } from '../user-mail/user-mail-deps.ts';
import { commitIntent } from './consumer-deps.ts';
import { endUserToWire } from './end-user-to-wire.ts';
import { sessionHandlers } from './session-routes.ts';
import { addressedApp, signedIn, userUrn, type ConsumerCall } from './signed-in.ts';
import { signUp } from './sign-up.ts';

type ConsumerOperations = Pick<
  typeof tokensOperations,
  | 'signUpUser'
  | 'signInUser'
  | 'refreshUserSession'
  | 'signOutUser'
  | 'getEndUser'
  | 'updateEndUser'
  | 'changeUserPassword'
  | 'listUserSessions'
  | 'revokeUserSession'
  | 'revokeOtherUserSessions'
>;

/** The Consumer API: what an app's end users do about themselves. */
export function consumerHandlers(deps: UserMailDeps): Handlers<ConsumerOperations> {
  const { directory, door } = deps;
  const grants = grantHandlers(deps);

  /** The copy's user of the token; gone since it was verified is as good as never there. */
  async function currentUser(call: ConsumerCall): Promise<DirectoryUser> {
    const { appId, userId } = signedIn(call);
    const user = await directory.findUser(appId, userId);
    if (!user) throw new Fault('api-key-invalid');
    return user;
  }

  return {
    ...sessionHandlers(deps),

    async signUpUser(call) {
      const app = await addressedApp(deps.warm, call);
      const { email, password, display_name: displayName } = call.body;
      const { user, granted } = await signUp(deps, app, { email, password, displayName }, call).catch(
        (error: unknown) => {
          call.audit.add({ action: 'user.sign-up-failed', metadata: { email } });
          throw error;
        },
      );
      const wire = await endUserToWire(directory, user);
      return granted ? { user: wire, ...give(call, granted) } : { user: wire };
    },

    async signInUser(call) {
      const app = await addressedApp(deps.warm, call);
      const { granted, userId } = await signIn(call, app, call.body);
      const user = await directory.findUser(app.id, userId);
      if (!user) throw new Fault('sign-in-refused');
      return { user: await endUserToWire(directory, user), ...give(call, granted) };
    },

    async refreshUserSession(call) {
      const { refresh_token, ...answer } = await grants.refreshToken(call);
      if (refresh_token === undefined) throw new Error('a refreshed session without a refresh token');
      return { ...answer, refresh_token };
    },

    async getEndUser(call) {
      return endUserToWire(directory, await currentUser(call), call.principal?.tenantId ?? null);
    },

    async updateEndUser(call) {
      const { appId, id: userId } = await currentUser(call);
      const target = { type: 'user', id: userId };
      await commitIntent(deps, call, { target, resource: userUrn(appId, userId) });
      const { display_name } = call.body;
      await door
        .changeUser({ appId, userId }, { event: 'user.updated', display_name }, call.request)
        .catch((error: unknown) => {
          // Deactivated, or the app archived, since the token was verified.
          if (error instanceof Fault && error.fault === 'conflict') throw new Fault('api-key-invalid');
          throw error;
        });
      return endUserToWire(directory, await currentUser(call), call.principal?.tenantId ?? null);
    },

    async changeUserPassword(call) {
      const app = await addressedApp(deps.warm, call);
      const user = await currentUser(call);
      const { current_password: current, new_password: next } = call.body;
      const { sessionId } = signedIn(call);
      const ended = await changeUserPassword(deps, app, user, sessionId, { current, next }, call);
      return { sessions_ended: ended };
    },
  };

  async function signIn(call: ConsumerCall, app: DirectoryApp, given: { email: string; password: string }) {
    const device = { ip: call.request.clientIp, userAgent: call.request.userAgent };
    let userId = '';
    const outcome = await passwordGrant(deps, app, { ...given, device }, (transaction, begun) => {
      userId = begun.userId;
      const who = { actor: { type: 'user' as const, id: userId }, target: { type: 'user', id: userId } };
      return call.audit.commit(transaction, { ...who, metadata: { session_id: begun.sessionId } });
    });
    if (outcome.refused === null) return { granted: outcome.granted, userId };
    const { refused, userId: known } = outcome;
    call.audit.add({
      action: 'user.sign-in-failed',
      outcome: 'denied',
      ...(known && { target: { type: 'user', id: known } }),
      metadata: { reason: refused, email: given.email },
    });
    if (refused === 'too_many_guesses') throw tooManyGuesses(outcome.retryAfterSeconds);
    // Told only to whom has the password.
    if (refused === 'email_not_verified')
      throw new Fault('email-unverified', { message: 'The address is not verified yet' });
    throw new Fault('sign-in-refused');
  }
}

/** RFC 6749 section 5.1: what carries tokens is not to be kept. The pipeline says so of every answer. */
function give(
  call: ConsumerCall,
  { accessToken, expiresIn, refreshToken }: GrantedTokens,
): Omit<SuccessOf<ConsumerOperations['signInUser']>, 'user'> {
  if (refreshToken === null) throw new Error('a session without a refresh token');
  call.header('Pragma', 'no-cache');
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    refresh_token: refreshToken,
  };
}
