import { applyDirectory } from './directory.ts';
import { getAppJwks, getJwks } from './jwks.ts';
import { authorize, issueToken } from './tokens.ts';

/** Every operation of Heimdall's data plane, by operationId. */
export const tokensOperations = { issueToken, authorize, getAppJwks, getJwks, applyDirectory } as const;
