import { createId } from '@pcft/credentials';
import { randomFillSync } from 'node:crypto';
import type { Exchange, Step } from './exchange.ts';

const acceptableId = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's own X-Request-Id where it is fit for headers, logs and audit rows alike, else a new one. */
export function requestIdFrom(given: string | string[] | undefined): string {
  return typeof given === 'string' && acceptableId.test(given) ? given : createId('req_');
}

// W3C Trace Context: version 00 has exactly these fields, and neither id may be all zeros.
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's traceparent where it is valid, else the start of a trace, sampled. */
export function traceparentFrom(given: string | string[] | undefined): string {
  if (typeof given === 'string' && traceparent.test(given)) return given;
  const id = randomHex();
  return `00-${id.slice(0, 32)}-${id.slice(32)}-01`;
}

// One system call for 256 traces.
const pool = Buffer.alloc(24 * 256);
let used = pool.length;

function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.toString('hex', used, (used += 24));
}

/** First step: gives the request its id, and its caller, and reports its end to `onEnd`. */
export function identify(
  resolveAddress: (socketAddress: string | undefined, forwardedFor: string | undefined) => string,
  onEnd: (exchange: Exchange, method: string, status: number, complete: boolean) => void,
): Step {
  return (request, response, next) => {
    const { headers } = request;
    const query = request.url.indexOf('?');
    const path = query < 0 ? request.url : request.url.slice(0, query);
    const forwardedFor = headers['x-forwarded-for'];
    const exchange = Object.assign(response.locals, {
      requestId: requestIdFrom(headers['x-request-id']),
      clientAddress: resolveAddress(
        request.socket.remoteAddress,
        typeof forwardedFor === 'string' ? forwardedFor : undefined,
      ),
      path,
      startedAtMs: performance.now(),
    });
    response.once('close', () => {
      onEnd(exchange, request.method, response.statusCode, response.writableFinished);
    });
    next();
  };
}
