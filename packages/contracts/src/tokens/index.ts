import { authorize, authorizeBatch } from './authorize.ts';
import { applyDirectory } from './directory.ts';
import { issueToken, refreshToken, revokeToken } from './grants.ts';
import { introspectAppToken } from './introspect.ts';
import { getAppJwks, getJwks } from './jwks.ts';
import { listSigningKeys, retireSigningKey, rotateSigningKey } from './signing-keys.ts';

/** Every operation of Heimdall's data plane, by operationId. */
export const tokensOperations = {
  issueToken,
  refreshToken,
  revokeToken,
  introspectAppToken,
  authorize,
  authorizeBatch,
  listSigningKeys,
  rotateSigningKey,
  retireSigningKey,
  getAppJwks,
  getJwks,
  applyDirectory,
} as const;
