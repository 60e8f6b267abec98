import { Fault } from '@pcft/errors';
import { parseToken, TOKEN_PREFIXES } from '@pcft/credentials';
import { readBearer, type Credential, type CredentialHeaders } from './credential.ts';

type Explicit = Pick<CredentialHeaders, 'authorization' | 'apiKey'>;

const jwtForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Reads the credential of a call to the Consumer API: an end user's access token, alone or beside an app API key, in
 * whichever of the two headers each stands. Cookies are not looked at: no page acts for an end user by being open.
 *
 * @returns `null` when there is none
 * @throws Fault `conflicting-credentials` for two that are not one of each, `api-key-invalid` for anything else
 */
export function readEndUserCredential({ authorization, apiKey }: Explicit): Credential | null {
  const bearer = authorization === undefined ? undefined : readBearer(authorization);
  const given = [...new Set([bearer, apiKey].filter((text) => text !== undefined))];
  const keys = given.filter(isAppKey);
  const tokens = given.filter((text) => jwtForm.test(text));
  if (given.length === 2 && (keys.length !== 1 || tokens.length !== 1))
    throw new Fault('conflicting-credentials', {
      details: [{ field: 'x-api-key', reason: 'differs from the Authorization header' }],
    });
  const [token] = tokens;
  const [key] = keys;
  if (token !== undefined) return { kind: 'end-user', token, ...(key !== undefined && { appKey: key }) };
  if (key !== undefined) return { kind: 'app-key', token: key };
  if (given.length > 0) throw new Fault('api-key-invalid');
  return null;
}

/**
 * The credential of a call that an end user's access token may come with. `null`: none has come, whatever else has.
 *
 * @throws as `readEndUserCredential`: whoever sends a token relies on it
 */
export function readOptionalEndUser(headers: Explicit): Credential | null {
  const bearer = /^Bearer +([!-~]+) *$/i.exec(headers.authorization ?? '')?.[1];
  const sent = [bearer, headers.apiKey].some((text) => text !== undefined && jwtForm.test(text));
  return sent ? readEndUserCredential(headers) : null;
}

/**
 * The app API key of a call that needs none. What is no such key is nobody's business.
 *
 * @throws Fault `api-key-invalid` for one that is malformed: whoever sends a key relies on it
 */
export function readOptionalAppKey({ authorization, apiKey }: Explicit): Credential | null {
  const bearer = /^Bearer +([!-~]+) *$/i.exec(authorization ?? '')?.[1];
  const [key] = [bearer, apiKey].filter((text) => text?.startsWith(TOKEN_PREFIXES['app-key']));
  if (key === undefined) return null;
  if (!isAppKey(key)) throw new Fault('api-key-invalid');
  return { kind: 'app-key', token: key };
}

function isAppKey(text: string): boolean {
  return parseToken(text, ['app-key']) !== null;
}
