import express from 'express';
import type { Express } from 'express';
import type { Limiter } from '@pcft/limits';
import type { Logger } from 'pino';
import { answerErrors } from './answer-fault.ts';
import { edgeLimit } from './edge-limit.ts';
import type { Step } from './exchange.ts';
import { findRoute } from './find-route.ts';
import { inviteLinks } from './invite-links.ts';
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
  const steps: Step[] = [
    parts.identify,
    refuseAmbiguous,
    parts.probes,
    edgeLimit(parts.limiter),
    parts.documents,
    inviteLinks,
    findRoute(parts.routes),
    parts.proxy,
  ];
  app.use(inTurn(steps) as express.RequestHandler);
  app.use(answerErrors(parts.logger, parts.limiter) as express.ErrorRequestHandler);
  return app;
}

/** The steps as one: no path is to be matched between them, which is most of what Express would do there. */
function inTurn(steps: readonly Step[]): Step {
  return (request, response, next) => {
    const take = (index: number): void | Promise<void> => {
      const step = steps[index];
      if (step === undefined) return next();
      return step(request, response, (error?: unknown) => {
        if (error !== undefined) return next(error);
        const taken = take(index + 1);
        // What a step throws reaches Express by itself; what it rejects with has to be passed on.
        if (taken instanceof Promise) taken.catch(next);
      });
    };
    return take(0);
  };
}
