import type { tokensOperations } from '@pcft/contracts';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { passwordGrant } from '../grants/password-grant.ts';
import { grantHandlers } from '../grants/routes.ts';
import { changeUserPassword } from './change-user-password.ts';
import { createUserChallenge } from '../two-factor/user-challenge.ts';
import type { UserMailDeps } from '../user-mail/user-mail-deps.ts';
import { commitIntent } from './consumer-deps.ts';
import { currentUser } from './current-user.ts';
import { endUserToWire } from './end-user-to-wire.ts';
import { giveTokens } from './give-tokens.ts';
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
      return granted ? { user: wire, ...giveTokens(call, granted) } : { user: wire };
    },

    async signInUser(call) {
      const app = await addressedApp(deps.warm, call);
      const signedIn = await signIn(call, app, call.body);
      if ('challengeToken' in signedIn)
        return {
          two_factor_required: true,
          challenge_token: signedIn.challengeToken,
          methods: ['totp' as const, 'recovery-code' as const],
          expires_at: signedIn.expiresAt.toISOString(),
        };
      const { granted, userId } = signedIn;
      const user = await directory.findUser(app.id, userId);
      if (!user) throw new Fault('sign-in-refused');
      return { user: await endUserToWire(directory, user), ...giveTokens(call, granted) };
    },

    async refreshUserSession(call) {
      const { refresh_token, ...answer } = await grants.refreshToken(call);
      if (refresh_token === undefined) throw new Error('a refreshed session without a refresh token');
      return { ...answer, refresh_token };
    },

    async getEndUser(call) {
      return endUserToWire(directory, await currentUser(deps, call), call.principal?.tenantId ?? null);
    },

    async updateEndUser(call) {
      const { appId, id: userId } = await currentUser(deps, call);
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
      return endUserToWire(directory, await currentUser(deps, call), call.principal?.tenantId ?? null);
    },

    async changeUserPassword(call) {
      const app = await addressedApp(deps.warm, call);
      const user = await currentUser(deps, call);
      const { current_password: current, new_password: next, code } = call.body;
      const { sessionId } = signedIn(call);
      const ended = await changeUserPassword(deps, app, user, sessionId, { current, next, code }, call);
      return { sessions_ended: ended };
    },
  };

  async function signIn(call: ConsumerCall, app: DirectoryApp, given: { email: string; password: string }) {
    const device = { ip: call.request.clientIp, userAgent: call.request.userAgent };
    let userId = '';
    const abandoned = call.request.abandoned();
    const outcome = await passwordGrant(deps, app, { ...given, device, abandoned }, (transaction, begun) => {
      userId = begun.userId;
      const who = { actor: { type: 'user' as const, id: userId }, target: { type: 'user', id: userId } };
      return call.audit.commit(transaction, { ...who, metadata: { session_id: begun.sessionId } });
    });
    if (outcome.refused === null) return { granted: outcome.granted, userId };
    if (outcome.refused === 'second_factor_required') {
      const challenge = await createUserChallenge(deps, outcome.user, call.audit);
      // Only now: the challenge is for the hash that was found.
      deps.upgrades.consider(outcome.user, given.password, device);
      return challenge;
    }
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
