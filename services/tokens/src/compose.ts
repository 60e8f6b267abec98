import { createPasswordHasher, parseServiceKeys } from '@pcft/credentials';
import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { createServiceFrame, type ServiceParts } from '@pcft/service';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createTokensApp } from './app.ts';
import type { Config } from './config.ts';
import { createPrismaDirectoryStore } from './directory/prisma-directory-store.ts';
import { createPrismaRefreshTokenStore } from './sign-in/prisma-refresh-token-store.ts';
import { createKeyVault } from './signing-keys/key-vault.ts';
import { createPrismaSigningKeyStore } from './signing-keys/prisma-signing-key-store.ts';
import { createSigningKeys } from './signing-keys/signing-keys.ts';

export const service = 'tokens';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const introspector = frame.createIntrospector(config);
  const signingKeyStore = createPrismaSigningKeyStore(database);
  const vault = createKeyVault(Buffer.from(config.SIGNING_KEY_SECRET, 'base64'));

  const app = createTokensApp({
    deps: {
      directory: createPrismaDirectoryStore(database),
      signingKeyStore,
      keys: createSigningKeys({ store: signingKeyStore, vault, onError: frame.onError('signing keys') }),
      refreshTokens: createPrismaRefreshTokenStore(database),
      passwords: createPasswordHasher({ pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64') }),
      tokenPepper: Buffer.from(config.TOKEN_PEPPER, 'base64'),
      publicUrl: config.PUBLIC_URL,
    },
    http: {
      ...frame.http,
      introspector,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      // Not heimdall-admin: its copy of the directory is all this service needs.
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      introspector.start();
      frame.start();
    },
    async close() {
      await introspector.stop();
      await frame.close(database);
    },
  };
}
