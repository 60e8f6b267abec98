import type { Route } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Request } from 'express';
import { edgeLimitHeaders } from './edge-limit.ts';
import type { Step } from './exchange.ts';
import { isServedUnder } from './hosts.ts';
import { allowedMethods } from './route-tree.ts';
import type { PathRoutes, RouteTree } from './route-tree.ts';

/** Finds the route, or answers 404, 405 with `Allow`, or OPTIONS itself; a preflight is its service's to answer. */
export function findRoute(tree: RouteTree): Step {
  return (request, response, next) => {
    const { path } = response.locals;
    const routes = isServedUnder(request.headers.host ?? '', path) ? tree.match(path) : undefined;
    if (routes === undefined) return next(new Fault('not-found'));
    const route = routes.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (route !== undefined) {
      response.locals.route = route;
      response.locals.dialect = route.dialect;
      return next();
    }
    const forPages = request.method === 'OPTIONS' && isPreflight(request) && calledByPages(routes);
    if (forPages) {
      response.locals.route = forPages;
      response.locals.dialect = forPages.dialect;
      return next();
    }
    const allow = allowedMethods(routes);
    if (request.method !== 'OPTIONS')
      return next(new Fault('method-not-allowed', { headers: { Allow: allow } }));
    response
      .status(204)
      .set({ ...edgeLimitHeaders(response.locals), Allow: allow, 'X-Request-Id': response.locals.requestId })
      .end();
  };
}

/** Which origins may is a setting of the app, and so the service's to know. */
function calledByPages(routes: PathRoutes): Route | undefined {
  return [...routes.values()].find((route) => route.calledByPages);
}

/** Fetch standard, section 3.2.2: what a browser asks before it sends what a page could not send by a form. */
function isPreflight({ headers }: Request): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
