import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { accessTokenSeconds } from '../access-tokens/claims.ts';
import { issueToken, type SignInDeps } from './issue-token.ts';

type SignInOperations = Pick<typeof tokensOperations, 'issueToken'>;

export function signInHandlers(deps: SignInDeps): Handlers<SignInOperations> {
  return {
    async issueToken(call) {
      const { params, body, audit } = call;
      const app = await deps.directory.findApp(params.app);
      if (!app) throw new Fault('not-found');
      const { email, password, grant_type } = body;
      audit.add({
        log: app.workspaceId,
        appId: app.id,
        resource: `pcft:heimdall:app/${app.id}`,
        metadata: { grant_type },
      });
      const signIn = await issueToken(deps, app, { email, password }, (transaction, { userId, jti }) =>
        audit.commit(transaction, {
          actor: { type: 'user', id: userId },
          target: { type: 'user', id: userId },
          metadata: { jti },
        }),
      );
      if (signIn.refused !== null) {
        const { refused: reason, userId } = signIn;
        audit.add({
          action: 'token.refused',
          outcome: 'denied',
          ...(userId && { actor: { type: 'user', id: userId }, target: { type: 'user', id: userId } }),
          metadata: { reason },
        });
        throw new Fault('sign-in-refused');
      }
      // RFC 6749 section 5.1.
      call.header('Cache-Control', 'no-store');
      call.header('Pragma', 'no-cache');
      return {
        access_token: signIn.accessToken,
        token_type: 'Bearer' as const,
        expires_in: accessTokenSeconds,
        refresh_token: signIn.refreshToken,
      };
    },
  };
}
