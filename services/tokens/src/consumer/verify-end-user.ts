import type { OwnCredentialVerifier } from '@pcft/http';
import { verifySubject, type AuthorizeDeps, type SubjectRefusal } from '../authorize/authorize.ts';

/** Found out only after the signature was: such a token was issued once. */
const onceIssued: readonly SubjectRefusal[] = [
  'token_expired',
  'session_ended',
  'user_inactive',
  'tenant_inactive',
];

/**
 * An end user by an access token of the app that it names: the signature by a key of that app, and the user and the
 * session as they are at this moment. A machine's token is none, and neither is one that belongs to no session.
 */
export function verifyEndUser(deps: AuthorizeDeps): OwnCredentialVerifier {
  return async (token) => {
    const peeked = deps.knownTokens.peek(token);
    if (typeof peeked === 'string') return null;
    const app = await deps.warm.app(peeked.appId);
    if (!app) return null;
    const principalOf = (id: string, name: string, sessionId: string) =>
      ({
        type: 'end-user',
        id,
        name,
        accountId: null,
        workspaceId: app.workspaceId,
        appId: app.id,
        sessionId,
      }) as const;
    const verified = await verifySubject(deps, app.id, peeked);
    if (typeof verified === 'string') {
      if (!onceIssued.includes(verified)) return null;
      const { sub, sid } = claimedBy(token);
      if (sid === undefined) return null;
      return { principal: principalOf(sub, sub, sid), active: false, workspaceId: app.workspaceId };
    }
    const { claims, subject } = verified;
    if (subject.type !== 'user' || claims.sid === undefined) return null;
    const principal = {
      ...principalOf(subject.id, subject.email ?? subject.id, claims.sid),
      ...(subject.tenant !== null && { tenantId: subject.tenant }),
    };
    return { principal, active: true, workspaceId: app.workspaceId };
  };
}

/** For the audit row of a refusal: the signature was good. */
function claimedBy(token: string): { sub: string; sid?: string } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(payload) as { sub: string; sid?: string };
}
