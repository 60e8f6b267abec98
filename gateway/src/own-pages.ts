import { openApiDocument } from '@pcft/contracts';
import { constantTimeEqual } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Request } from 'express';
import type { Registry } from 'prom-client';
import { accountPages } from './account-pages.ts';
import { edgeLimitHeaders } from './edge-limit.ts';
import type { GatewayResponse, Step } from './exchange.ts';
import type { Readiness } from './readiness.ts';

type Page = (request: Request, response: GatewayResponse) => void | Promise<void>;

/** Serves some paths by GET and HEAD; all others go on. A method they do not have is a 405 like any other. */
function pages(byPath: Readonly<Record<string, Page>>): Step {
  const known = new Map(Object.entries(byPath));
  // Not async as a whole: nearly every request only passes by.
  return (request, response, next) => {
    const page = known.get(response.locals.path);
    if (page === undefined) return next();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Fault('method-not-allowed', { headers: { Allow: 'GET, HEAD' } });
    response.set({ ...edgeLimitHeaders(response.locals), 'X-Request-Id': response.locals.requestId });
    return page(request, response);
  };
}

export interface ProbeOptions {
  readiness: () => Promise<Readiness>;
  registry: Registry;
  isDraining: () => boolean;
  /** Who may read /metrics, see `mayReadMetrics`. */
  metricsToken: string | undefined;
  behindProxies: boolean;
}

/** For those who run the suite. They stand before the limit: a probe that is refused looks like a dead gateway. */
export function probePages({
  readiness,
  registry,
  isDraining,
  metricsToken,
  behindProxies,
}: ProbeOptions): Step {
  return pages({
    '/healthz': (_request, response) => void response.json({ status: isDraining() ? 'draining' : 'ok' }),
    '/readyz': async (_request, response) => {
      const answer = await readiness();
      response.status(answer.status === 'ready' ? 200 : 503).json(answer);
    },
    '/metrics': async (request, response) => {
      if (!mayReadMetrics(request, metricsToken, behindProxies)) throw new Fault('not-found');
      response.type(registry.contentType).send(await registry.metrics());
    },
  });
}

const forwardingHeaders = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host'];

/**
 * With METRICS_TOKEN set: whoever bears it. Without: only a process of this machine that asks directly, which nobody
 * does through a proxy; for the public there is no such page.
 */
export function mayReadMetrics(
  request: Pick<Request, 'headers' | 'socket'>,
  token: string | undefined,
  behindProxies: boolean,
): boolean {
  if (token !== undefined) return constantTimeEqual(request.headers.authorization ?? '', `Bearer ${token}`);
  const { remoteAddress = '' } = request.socket;
  const isLocal = remoteAddress === '::1' || /^(?:::ffff:)?127\./.test(remoteAddress);
  return isLocal && !behindProxies && forwardingHeaders.every((name) => request.headers[name] === undefined);
}

/** What the door says about itself and about what is behind it. */
export function documentPages(publicUrl: string): Step {
  const openApi = JSON.stringify(openApiDocument({ serverUrl: publicUrl }));
  const index = {
    name: 'ProductCraft suite',
    api: { openapi: '/openapi.json', platform: '/v1', heimdall: '/heimdall/v1', quickstart: '/api' },
    health: { alive: '/healthz', ready: '/readyz' },
  };
  return pages({
    '/': (_request, response) => void response.json(index),
    '/openapi.json': (_request, response) => void response.type('application/json').send(openApi),
    ...accountPages,
  });
}
