import { Fault, renderFault } from '@pcft/errors';
import type { Limiter } from '@pcft/limits';
import type { NextFunction, Request } from 'express';
import type { Logger } from 'pino';
import { countAtEdge, edgeLimitHeaders } from './edge-limit.ts';
import { dialectOf } from './exchange.ts';
import type { GatewayResponse } from './exchange.ts';

/** Answers a fault in the dialect of its path, or breaks the connection off where an answer has begun already. */
export function answerFault(request: Request, response: GatewayResponse, fault: Fault): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { requestId } = response.locals;
  const { status, headers, body } = renderFault(fault, dialectOf(response.locals), requestId);
  // The rest of a body that nobody will read: without this the caller would never get to reading the answer.
  request.unpipe();
  request.resume();
  response
    .status(status)
    .set({
      ...edgeLimitHeaders(response.locals),
      ...headers,
      'X-Request-Id': requestId,
      'Cache-Control': 'no-store',
    })
    .json(body);
}

/** Last step. What is not a Fault is a defect of the gateway: logged, and told to nobody. */
export function answerErrors(logger: Logger, limiter: Limiter) {
  return async (error: unknown, request: Request, response: GatewayResponse, _next: NextFunction) => {
    if (!(error instanceof Fault))
      logger.error({ err: error, requestId: response.locals.requestId }, 'The gateway failed');
    const fault = error instanceof Fault ? error : new Fault('internal', { cause: error });
    const { allowed } = await countAtEdge(limiter, response.locals);
    answerFault(request, response, allowed ? fault : new Fault('rate-limited'));
  };
}
