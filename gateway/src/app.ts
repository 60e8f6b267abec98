import express from 'express';
import type { Express } from 'express';
import type { Limiter } from '@pcft/limits';
import type { Logger } from 'pino';
import { answerErrors } from './answer-fault.ts';
import { edgeLimit } from './edge-limit.ts';
import type { Step } from './exchange.ts';
import { findRoute } from './find-route.ts';
import { refuseAmbiguous } from './refuse-ambiguous.ts';
import type { RouteTree } from './route-tree.ts';

export interface AppParts {
  identify: Step;
  probes: Step;
  documents: Step;
  proxy: Step;
  limiter: Limiter;
  routes: RouteTree;
  logger: Logger;
}

/** The way of a request through the gateway, top to bottom. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Typed `any` on purpose by Express: `locals` is what `identify` makes of it.
  const steps: Step[] = [
    parts.identify,
    refuseAmbiguous,
    parts.probes,
    edgeLimit(parts.limiter),
    parts.documents,
    findRoute(parts.routes),
    parts.proxy,
  ];
  app.use(...(steps as express.RequestHandler[]));
  app.use(answerErrors(parts.logger) as express.ErrorRequestHandler);
  return app;
}
