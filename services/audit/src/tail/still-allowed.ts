import { decideInWorkspace, type Introspector } from '@pcft/auth';
import { authorizationOf } from '@pcft/contracts';
import type { Call } from '@pcft/http';

/** What became of the right to read on. `unknown`: nobody can say now, so nothing may be sent. */
export type Standing = 'allowed' | 'unauthorized' | 'forbidden' | 'unknown';

/**
 * Asks again what let the call in, by the answers that every call is let in by: they are dropped when a revocation
 * returns (docs/revocation.md), so a stream ends with it.
 */
export function stillAllowed(
  introspector: Introspector,
  { credential, access, operation, request }: Call,
): () => Promise<Standing> {
  const authorization = authorizationOf(operation);
  if (!credential || !access || !authorization)
    throw new Error(`${operation.operationId} was let in by nobody`);
  return async () => {
    try {
      return await introspector.resolve(credential, access.id, (introspection) => {
        if (introspection.state !== 'active') return 'unauthorized';
        if (!introspection.access) return 'forbidden';
        const { clientIp } = request;
        const question = { operation, authorization, urn: {}, clientIp, now: new Date() };
        return decideInWorkspace(question, introspection.access).allowed ? 'allowed' : 'forbidden';
      });
    } catch {
      return 'unknown';
    }
  };
}
