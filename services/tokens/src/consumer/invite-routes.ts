import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { acceptUserInvite } from './accept-user-invite.ts';
import type { ConsumerDeps } from './consumer-deps.ts';
import { currentUser } from './current-user.ts';
import { endUserToWire } from './end-user-to-wire.ts';
import { giveTokens } from './give-tokens.ts';
import { addressedApp } from './signed-in.ts';

export function userInviteHandlers(
  deps: ConsumerDeps,
): Handlers<Pick<typeof tokensOperations, 'acceptUserInvite'>> {
  return {
    async acceptUserInvite(call) {
      const app = await addressedApp(deps.warm, call);
      const { token, password, email, display_name: displayName } = call.body;
      const signedIn = call.principal?.type === 'end-user' ? await currentUser(deps, call) : null;
      const acceptance = { token, password, email, displayName, user: signedIn };
      const { user, granted } = await acceptUserInvite(deps, app, acceptance, call).catch(
        (error: unknown) => {
          const reason = error instanceof Fault ? (error.details[0]?.reason ?? error.fault) : 'internal';
          call.audit.add({ action: 'invite.refused', outcome: 'denied', metadata: { reason } });
          throw error;
        },
      );
      const wire = await endUserToWire(deps.directory, user);
      return granted ? { user: wire, ...giveTokens(call, granted) } : { user: wire };
    },
  };
}
