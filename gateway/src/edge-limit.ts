import { Fault } from '@pcft/errors';
import { limitHeaders } from '@pcft/limits';
import type { Limiter } from '@pcft/limits';
import { limitSubject } from './client-address.ts';
import { dialectOf } from './exchange.ts';
import type { Exchange, Step } from './exchange.ts';

/** The gateway's own limit per caller address. A service's limits are its own, and so are their headers. */
export function edgeLimit(limiter: Limiter): Step {
  return async (_request, response, next) => {
    const { locals } = response;
    locals.limit = await limiter.consume('edge', limitSubject(locals.clientAddress));
    if (locals.limit.allowed) next();
    else next(new Fault('rate-limited'));
  };
}

/** The edge limit's headers, for answers that the gateway gives itself; spelled as the path's dialect spells them. */
export function edgeLimitHeaders(exchange: Exchange): Record<string, string> {
  const { limit } = exchange;
  if (limit === undefined) return {};
  return limitHeaders(dialectOf(exchange) === 'quickstart' ? 'ratelimit' : 'x-ratelimit', limit);
}
