import { Fault } from '@pcft/errors';
import { edgeLimitHeaders } from './edge-limit.ts';
import type { Step } from './exchange.ts';
import { isServedUnder } from './hosts.ts';
import { allowedMethods } from './route-tree.ts';
import type { RouteTree } from './route-tree.ts';

/** Finds the route, or answers 404, 405 with `Allow`, or OPTIONS itself. */
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
    const allow = allowedMethods(routes);
    if (request.method !== 'OPTIONS')
      return next(new Fault('method-not-allowed', { headers: { Allow: allow } }));
    response
      .status(204)
      .set({ ...edgeLimitHeaders(response.locals), Allow: allow, 'X-Request-Id': response.locals.requestId })
      .end();
  };
}
