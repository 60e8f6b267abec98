import type { Introspector, Principal } from '@pcft/auth';
import {
  dialectForPath,
  openApiDocument,
  type Operation,
  type OwnCredential,
  type ServiceName,
} from '@pcft/contracts';
import type { ServiceKeys } from '@pcft/credentials';
import { Fault, renderFault } from '@pcft/errors';
import type { Outbox } from '@pcft/events';
import type { Limiter } from '@pcft/limits';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { answerCall, failed } from './answer-call.ts';
import type { Handler, Handlers, Locator } from './call.ts';
import { mountHealth } from './health.ts';
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { mountOperation } from './mounted-operation.ts';
import { requestContext, type RequestContext } from './request-context.ts';

/** Verifies a credential of the service's own, e.g. an app API key. `null`: never issued or no longer good. */
export type OwnCredentialVerifier = (token: string) => Promise<{
  readonly principal: Principal;
  /** The workspace whose log its calls belong to. */
  readonly workspaceId: string;
} | null>;

/** All that a service's HTTP side is made of. Constructed in `compose.ts`, nowhere else. */
export interface ServiceAppOptions<Operations extends Readonly<Record<string, unknown>>> {
  readonly service: ServiceName;
  readonly operations: Operations;
  readonly handlers: Handlers<Operations>;
  readonly introspector: Introspector;
  readonly limiter: Limiter;
  readonly outbox: Outbox;
  readonly logger: Logger;
  /** Verifies the client's address as the gateway saw it. */
  readonly edgeSecret: string;
  /** The gateway's origin; cookies are `Secure` and `Origin` is compared by it. */
  readonly publicUrl: string;
  /** Who may call `service` operations; services without such operations leave it out. */
  readonly serviceKeys?: ServiceKeys;
  readonly locators?: Readonly<Record<string, Locator>>;
  readonly ownCredentials?: Partial<Record<OwnCredential, OwnCredentialVerifier>>;
  /** Dependencies by public name; each rejects when it cannot be used. Asked by `/readyz`. */
  readonly readiness: Readonly<Record<string, () => Promise<unknown>>>;
  /** In tests a response that breaks its schema is an error; in production it is logged. */
  readonly strictResponses: boolean;
  /** Where compose adds gauges of its own; made here if left out. */
  readonly metrics?: Metrics;
}

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
  mountOperations(app, options, metrics);
  refuseOtherMethods(app, Object.values(operations));
  app.use((req) => {
    throw new Fault('not-found', { message: `No route for ${req.method} here` });
  });
  app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
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
      `handlers without declaration: [${undeclared}]; declarations without handler: [${unhandled}]`,
    );
  }
  for (const [operationId, operation] of Object.entries(operations)) {
    const mounted = mountOperation(operation);
    const handler = handlers[operationId] as Handler<unknown>;
    for (const path of [operation.path, ...operation.aliases]) {
      app[methodOf(operation)](path, (req: Request, res: Response) =>
        answerCall(options, mounted, handler, metrics, { req, res, context: contextOf(res) }),
      );
    }
  }
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
