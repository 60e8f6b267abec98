import { Fault } from '@pcft/errors';
import { addressSubject, limitHeaders } from '@pcft/limits';
import type { Limiter, LimitVerdict } from '@pcft/limits';
import { dialectOf } from './exchange.ts';
import type { Exchange, Step } from './exchange.ts';

/** The gateway's own limit per caller address. A service's limits are its own, and so are their headers. */
export function edgeLimit(limiter: Limiter): Step {
  return async (_request, response, next) => {
    const { allowed } = await countAtEdge(limiter, response.locals);
    if (allowed) next();
    else next(new Fault('rate-limited'));
  };
}

/** Counts a request, once. What is refused before its turn is counted when it is answered, or floods of it were free. */
export async function countAtEdge(limiter: Limiter, exchange: Exchange): Promise<LimitVerdict> {
  exchange.limit ??= await limiter.consume('edge', addressSubject(exchange.clientAddress));
  return exchange.limit;
}

/** The edge limit's headers, for answers that the gateway gives itself; spelled as the path's dialect spells them. */
export function edgeLimitHeaders(exchange: Exchange): Record<string, string> {
  const { limit } = exchange;
  if (limit === undefined) return {};
  return limitHeaders(dialectOf(exchange) === 'quickstart' ? 'ratelimit' : 'x-ratelimit', limit);
}
