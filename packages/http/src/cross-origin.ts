import { Fault } from '@pcft/errors';
import { addressSubject, type Limiter } from '@pcft/limits';
import type { Request, Response } from 'express';
import type { RequestContext } from './request-context.ts';

/**
 * The origins whose pages an app lets call its operations, exactly as browsers send them. Empty for an app that does
 * not exist: it looks like one that allows none.
 */
export type AllowedOrigins = (app: string) => Promise<readonly string[]>;

const requestHeaders = 'Authorization, X-Api-Key, Content-Type, Idempotency-Key, X-Request-Id, If-None-Match';
const exposedHeaders = [
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
  'ETag',
].join(', ');

/** How long a browser may keep the answer of a preflight. An origin that is taken away is refused by the call itself. */
const maxAgeSeconds = 600;

/** As `reference` of the contracts: nothing else is looked up. */
const appReference = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Sets the headers of CORS. True where that was the whole answer: a preflight. */
export type CrossOrigin = (req: Request, res: Response) => Promise<boolean>;

/**
 * CORS (fetch standard, section 3.2) for a path whose operations, of these methods, pages of an app's allowed origins
 * call. No cookie is read by any of them, so none is asked for: without `Access-Control-Allow-Credentials` a browser
 * sends none along, and a page gets no further than any program that has no credential. A page of another origin is
 * answered without the header by which its browser would let it read the answer.
 */
export function crossOriginFor(
  methods: readonly string[],
  { allowedOrigins, limiter }: { readonly allowedOrigins: AllowedOrigins; readonly limiter: Limiter },
): CrossOrigin {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');

  return async (req, res) => {
    // Also where no origin is named: a cache must not give one page's answer to another.
    res.vary('Origin');
    const allowed = await isAllowed(req);
    if (allowed) res.setHeader('Access-Control-Allow-Origin', String(req.headers.origin));
    if (req.method !== 'OPTIONS') {
      if (allowed) res.setHeader('Access-Control-Expose-Headers', exposedHeaders);
      return false;
    }
    await limit(res);
    if (allowed)
      res.set({
        'Access-Control-Allow-Methods': allow,
        'Access-Control-Allow-Headers': requestHeaders,
        'Access-Control-Max-Age': String(maxAgeSeconds),
      });
    res.status(204).set({ Allow: allow, 'Cache-Control': 'no-store' }).end();
    return true;
  };

  async function isAllowed({ params, headers: { origin } }: Request): Promise<boolean> {
    const reference = params['app'];
    if (origin === undefined || typeof reference !== 'string' || !appReference.test(reference)) return false;
    // Where it cannot be found out it is not allowed; the call itself then says what is wrong.
    const origins = await allowedOrigins(reference).catch((): readonly string[] => []);
    return origins.includes(origin);
  }

  async function limit(res: Response): Promise<void> {
    const { clientIp } = res.locals['context'] as RequestContext;
    const { allowed, headers } = await limiter.consume('platform', addressSubject(clientIp));
    res.set(headers);
    if (!allowed) throw new Fault('rate-limited');
  }
}
