import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { introspectToken, type IntrospectDeps } from './introspect-token.ts';
import { appUrn } from './subject-app.ts';

type IntrospectOperations = Pick<typeof tokensOperations, 'introspectAppToken'>;
type IntrospectCall = Call<IntrospectOperations['introspectAppToken'], DirectoryApp | undefined>;

export function introspectHandlers(deps: IntrospectDeps): Handlers<IntrospectOperations> {
  return {
    async introspectAppToken({ principal, located, body, audit }: IntrospectCall) {
      // An app API key speaks for its own app: any other is one that does not exist.
      if (!located || (principal?.type === 'app-key' && principal.appId !== located.id))
        throw new Fault('not-found');
      audit.add({ appId: located.id, resource: appUrn(located.id) });
      const introspection = await introspectToken(deps, located.id, body.token);
      audit.add({
        ...(introspection.sub !== undefined && {
          target: {
            type: introspection.sub.startsWith('usr_') ? 'user' : 'credential',
            id: introspection.sub,
          },
        }),
        metadata: { active: introspection.active },
      });
      return introspection;
    },
  };
}
