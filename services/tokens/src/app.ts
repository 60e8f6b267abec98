import { tokensOperations } from '@pcft/contracts';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import { introspectHandlers } from './authorize/introspect-routes.ts';
import { authorizeHandlers, type AuthorizeRouteDeps } from './authorize/routes.ts';
import { locateApp, locateSubjectApp } from './authorize/subject-app.ts';
import { verifyAppKey } from './authorize/verify-app-key.ts';
import { consumerHandlers } from './consumer/routes.ts';
import { userInviteHandlers } from './consumer/invite-routes.ts';
import { userTenantHandlers } from './consumer/tenant-routes.ts';
import { verifyEndUser } from './consumer/verify-end-user.ts';
import { directoryHandlers } from './directory/routes.ts';
import { guessHandlers } from './grants/guess-routes.ts';
import { grantHandlers } from './grants/routes.ts';
import { notingUse } from './record-door/noting-use.ts';
import { userMailHandlers } from './user-mail/routes.ts';
import type { UserMailDeps } from './user-mail/user-mail-deps.ts';
import { keyHandlers, type KeyDeps } from './signing-keys/routes.ts';
import { userTwoFactorHandlers } from './two-factor/routes.ts';

type HttpOptions = Omit<
  ServiceAppOptions<typeof tokensOperations>,
  'service' | 'operations' | 'handlers' | 'locators' | 'ownCredentials'
>;

export interface AppOptions {
  readonly deps: UserMailDeps & KeyDeps & AuthorizeRouteDeps;
  readonly http: HttpOptions;
}

/** The data plane's HTTP side: every declared operation and its handler. */
export function createTokensApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  const { directory, keys, warm, tokenPepper } = deps;
  return createServiceApp({
    ...http,
    service: 'tokens',
    operations: tokensOperations,
    handlers: {
      ...grantHandlers(deps),
      ...guessHandlers(deps),
      ...consumerHandlers(deps),
      ...userTwoFactorHandlers(deps),
      ...userTenantHandlers(deps),
      ...userInviteHandlers(deps),
      ...userMailHandlers(deps),
      ...authorizeHandlers(deps),
      ...introspectHandlers(deps),
      ...keyHandlers(deps),
      ...directoryHandlers({ directory, onApps: (appIds) => keys.prepare(appIds) }),
    },
    allowedOrigins: async (app) => (await warm.app(app))?.settings.allowed_origins ?? [],
    locators: { subjectApp: locateSubjectApp(warm), app: locateApp(warm) },
    ownCredentials: {
      'app-key': notingUse(verifyAppKey(warm, tokenPepper), deps.lastUse),
      'end-user': verifyEndUser(deps),
    },
  });
}
