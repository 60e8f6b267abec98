import { tokensOperations } from '@pcft/contracts';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import { authorizeHandlers } from './authorize/routes.ts';
import { locateSubjectApp } from './authorize/subject-app.ts';
import { verifyAppKey } from './authorize/verify-app-key.ts';
import { directoryHandlers } from './directory/routes.ts';
import type { SignInDeps } from './sign-in/issue-token.ts';
import { signInHandlers } from './sign-in/routes.ts';
import { jwksHandlers } from './signing-keys/routes.ts';
import type { SigningKeyStore } from './signing-keys/signing-key-store.ts';

type HttpOptions = Omit<
  ServiceAppOptions<typeof tokensOperations>,
  'service' | 'operations' | 'handlers' | 'locators' | 'ownCredentials'
>;

export interface AppOptions {
  readonly deps: SignInDeps & { readonly signingKeyStore: SigningKeyStore };
  readonly http: HttpOptions;
}

/** The data plane's HTTP side: every declared operation and its handler. */
export function createTokensApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  const { directory, keys, tokenPepper, signingKeyStore } = deps;
  return createServiceApp({
    ...http,
    service: 'tokens',
    operations: tokensOperations,
    handlers: {
      ...signInHandlers(deps),
      ...authorizeHandlers(deps),
      ...jwksHandlers({ directory, keys, store: signingKeyStore }),
      ...directoryHandlers({ directory, onApps: (appIds) => keys.prepare(appIds) }),
    },
    locators: { subjectApp: locateSubjectApp(directory) },
    ownCredentials: { 'app-key': verifyAppKey(directory, tokenPepper) },
  });
}
