import { dialectForPath, openApiDocument, type Operation } from '@pcft/contracts';
import { Fault, renderFault } from '@pcft/errors';
import { addressSubject, type Limiter } from '@pcft/limits';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { answerCall, failed } from './answer-call.ts';
import type { Handler } from './call.ts';
import { mountCrossOrigin } from './cross-origin.ts';
import { mountHealth } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { mountOperation } from './mounted-operation.ts';
import { requestContext, type RequestContext } from './request-context.ts';
import type { ServiceAppOptions } from './service-app-options.ts';

/** The Express application of a service: every declared operation, mounted; everything else refused. */
export function createServiceApp<Operations extends Readonly<Record<string, Operation>>>(
  options: ServiceAppOptions<Operations>,
): Express {
  const { service, operations, edgeSecret, publicUrl } = options;
  const metrics = options.metrics ?? createMetrics(service);
  const app = express();
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.disable('etag');
  app.disable('x-powered-by');
  app.use(helmet());
  app.use((req, res, next) => {
    const context = requestContext(req, edgeSecret);
    res.locals['context'] = context;
    res.setHeader('X-Request-Id', context.id);
    next();
  });
  mountHealth(app, { readiness: options.readiness, metrics });
  const document = openApiDocument({ service, serverUrl: publicUrl });
  app.get('/openapi.json', (_req, res) => void res.json(document));
  const { allowedOrigins, limiter } = options;
  if (allowedOrigins) mountCrossOrigin(app, Object.values(operations), { allowedOrigins, limiter });
  mountOperations(app, options, metrics);
  refuseOtherMethods(app, Object.values(operations));
  app.use((req) => {
    throw new Fault('not-found', { message: `No route for ${req.method} here` });
  });
  app.use(async (error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    await limitUnmatched(options.limiter, req, res);
    const fault = unparsable(error) ?? failed(error);
    if (fault.status >= 500)
      options.logger.error({ err: error, request_id: contextOf(res).id }, 'request failed');
    const rendered = renderFault(fault, dialectForPath(req.path), contextOf(res).id);
    res.status(rendered.status).set(rendered.headers).json(rendered.body);
  });
  return app;
}

function mountOperations<Operations extends Readonly<Record<string, Operation>>>(
  app: Express,
  options: ServiceAppOptions<Operations>,
  metrics: Metrics,
): void {
  const { operations, handlers } = options;
  const handled = Object.keys(handlers);
  const undeclared = handled.filter((id) => !(id in operations));
  const unhandled = Object.keys(operations).filter((id) => !handled.includes(id));
  // The types say so too; this is for whoever got around them.
  if (undeclared.length + unhandled.length > 0) {
    throw new Error(
      `handlers without declaration: [${undeclared.join()}]; declarations without handler: [${unhandled.join()}]`,
    );
  }
  const byPath = Object.entries(operations).sort(([, a], [, b]) => literalFirst(a.path, b.path));
  for (const [operationId, operation] of byPath) {
    if (operation.idempotent && !options.idempotency)
      throw new Error(`${operationId} is idempotent, and there is no store for its keys`);
    const mounted = mountOperation(operation);
    const handler = handlers[operationId] as Handler<unknown>;
    for (const path of [operation.path, ...operation.aliases]) {
      app[methodOf(operation)](path, (req: Request, res: Response) =>
        answerCall(options, mounted, handler, metrics, { req, res, context: contextOf(res) }),
      );
    }
  }
}

/** Express takes the first route that matches: `…/export` has to stand before `…/:id`, in whatever order they are declared. */
function literalFirst(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const place = left.findIndex((segment, n) => segment.startsWith(':') !== (right[n] ?? ':').startsWith(':'));
  return place < 0 ? 0 : left[place]?.startsWith(':') ? 1 : -1;
}

function methodOf({ method }: Operation): 'get' | 'post' | 'put' | 'patch' | 'delete' {
  return method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
}

/** A known path with a method it does not have: 405 with `Allow` (RFC 9110 section 15.5.6). */
function refuseOtherMethods(app: Express, operations: readonly Operation[]): void {
  const methods = new Map<string, string[]>();
  for (const { path, aliases, method } of operations) {
    for (const each of [path, ...aliases]) methods.set(each, [...(methods.get(each) ?? []), method]);
  }
  for (const [path, allowed] of methods) {
    const allow = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
    app.all(path, () => {
      throw new Fault('method-not-allowed', { headers: { Allow: allow.join(', ') } });
    });
  }
}

/** What matches no operation is counted too, against the caller's address, and carries the limit's headers. */
async function limitUnmatched(limiter: Limiter, { path }: Request, res: Response): Promise<void> {
  const rateClass = dialectForPath(path) === 'quickstart' ? 'quickstart' : 'platform';
  const { headers } = await limiter.consume(rateClass, addressSubject(contextOf(res).clientIp));
  res.set(headers);
}

/** What Express throws for a path that is not valid percent-encoding. */
function unparsable(error: unknown): Fault | null {
  return error instanceof URIError
    ? new Fault('validation', {
        message: 'The path is not valid',
        details: [{ field: 'path', reason: 'is malformed' }],
      })
    : null;
}

function contextOf(res: Response): RequestContext {
  return res.locals['context'] as RequestContext;
}
