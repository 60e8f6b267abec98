import { dialectForPath, isCalledByPages, openApiDocument, type Operation } from '@pcft/contracts';
import { Fault, renderFault } from '@pcft/errors';
import { addressSubject, type Limiter } from '@pcft/limits';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { answerCall, failed } from './answer-call.ts';
import type { Handler } from './call.ts';
import { crossOriginFor, type CrossOrigin } from './cross-origin.ts';
import { FewATurn } from './few-a-turn.ts';
import { mountHealth } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { mountOperation } from './mounted-operation.ts';
import { requestContext, type RequestContext } from './request-context.ts';
import { RouteTable } from './route-table.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServiceAppOptions } from './service-app-options.ts';

/** The Express application of a service: every declared operation, mounted; everything else refused. */
export function createServiceApp<Operations extends Readonly<Record<string, Operation>>>(
  options: ServiceAppOptions<Operations>,
): Express {
  const { service, edgeSecret, publicUrl } = options;
  const metrics = options.metrics ?? createMetrics(service);
  const app = express();
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.disable('etag');
  app.disable('x-powered-by');
  const setSecurityHeaders = securityHeaders();
  app.use((req, res, next) => {
    setSecurityHeaders(res);
    const context = requestContext(req, edgeSecret);
    res.locals['context'] = context;
    res.setHeader('X-Request-Id', context.id);
    next();
  });
  mountHealth(app, { readiness: options.readiness, metrics });
  const document = openApiDocument({ service, serverUrl: publicUrl });
  app.get('/openapi.json', (_req, res) => void res.json(document));
  app.use(dispatch(routesOf(options, metrics)));
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

/** What stands at one path. */
interface Route {
  readonly answers: Map<string, (req: Request, res: Response) => Promise<void>>;
  /** The methods of `answers` that pages of other origins may use. */
  readonly ofPages: string[];
  crossOrigin: CrossOrigin | null;
}

function routesOf<Operations extends Readonly<Record<string, Operation>>>(
  options: ServiceAppOptions<Operations>,
  metrics: Metrics,
): RouteTable<Route> {
  const { operations, handlers, allowedOrigins, limiter } = options;
  const handled = Object.keys(handlers);
  const undeclared = handled.filter((id) => !(id in operations));
  const unhandled = Object.keys(operations).filter((id) => !handled.includes(id));
  // The types say so too; this is for whoever got around them.
  if (undeclared.length + unhandled.length > 0) {
    throw new Error(
      `handlers without declaration: [${undeclared.join()}]; declarations without handler: [${unhandled.join()}]`,
    );
  }
  const turns = new FewATurn();
  const routes = new Map<string, Route>();
  for (const [operationId, operation] of Object.entries<Operation>(operations)) {
    if (operation.idempotent && !options.idempotency)
      throw new Error(`${operationId} is idempotent, and there is no store for its keys`);
    const mounted = mountOperation(operation);
    const handler = handlers[operationId] as Handler<unknown>;
    for (const path of [operation.path, ...operation.aliases]) {
      const route: Route = routes.get(path) ?? { answers: new Map(), ofPages: [], crossOrigin: null };
      routes.set(path, route);
      if (route.answers.has(operation.method))
        throw new Error(`two operations at ${operation.method} ${path}`);
      if (isCalledByPages(operation)) route.ofPages.push(operation.method);
      const answer = (req: Request, res: Response) =>
        answerCall(options, mounted, handler, metrics, { req, res, context: contextOf(res) });
      route.answers.set(
        operation.method,
        decides(operation) ? answer : (req, res) => turns.begin().then(() => answer(req, res)),
      );
    }
  }
  const table = new RouteTable<Route>();
  for (const [path, route] of routes) {
    if (allowedOrigins && route.ofPages.length > 0)
      route.crossOrigin = crossOriginFor(route.ofPages, { allowedOrigins, limiter });
    table.add(path, route);
  }
  return table;
}

/** Whether others wait for the answer before they can do anything: it does not wait behind a burst of other calls. */
function decides({ rateClass }: Operation): boolean {
  return rateClass === 'authorize' || rateClass === 'internal';
}

/** Runs the operation that a call is for. A known path with a method it does not have: 405 with `Allow` (RFC 9110 section 15.5.6). */
function dispatch(table: RouteTable<Route>) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    // As Express does it: HEAD is answered like GET, and node leaves the body out.
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const matches = table.match(req.path);
    const match = matches.find(({ route }) => route.answers.has(method)) ?? matches[0];
    if (!match) return next();
    const { route, params } = match;
    req.params = params;
    if (route.crossOrigin && (await route.crossOrigin(req, res))) return;
    const answer = route.answers.get(method);
    if (answer) return answer(req, res);
    const methods = [...route.answers.keys()];
    const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    throw new Fault('method-not-allowed', { headers: { Allow: allow.join(', ') } });
  };
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
