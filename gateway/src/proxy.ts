import { signClientAddress } from '@pcft/credentials';
import type { Route, ServiceName } from '@pcft/contracts';
import { Fault, unavailable } from '@pcft/errors';
import type { Request } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { RequestHandler } from 'http-proxy-middleware';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { answerFault } from './answer-fault.ts';
import { HealthWatch } from './health-watch.ts';
import type { HealthWatchOptions } from './health-watch.ts';
import type { UpstreamMetrics } from './metrics.ts';
import type { GatewayResponse, Step } from './exchange.ts';
import { traceparentFrom } from './identify.ts';
import { isSafe } from './is-safe.ts';
import { publicHeaders, stripClaims } from './message-headers.ts';
import { SilenceWatch } from './silence-watch.ts';
import { UpstreamAgent, UpstreamUnreachable } from './upstream-agent.ts';

export interface ProxyOptions {
  /** The instances of each service. */
  upstreams: Readonly<Record<ServiceName, readonly string[]>>;
  edgeSecret: string;
  /** How long a service may be silent, in milliseconds. */
  timeoutMs: (route: Route) => number;
  probe: HealthWatchOptions;
  metrics: UpstreamMetrics;
  logger: Logger;
  /** True once this process drains: its answers then end their connections. */
  isDraining: () => boolean;
}

class UpstreamTimeout extends Error {
  override readonly name = 'UpstreamTimeout';
}

/** The instance fell silent while this call waited for it. */
class UpstreamSilent extends Error {
  override readonly name = 'UpstreamSilent';
}

/** Passes the request on to its route's service, and the answer back; both bodies as streams. */
export function createProxy(options: ProxyOptions): { step: Step; close(): void } {
  const services = Object.entries(options.upstreams).map(([service, origins]) => {
    const { logger, metrics } = options;
    const agent: UpstreamAgent = new UpstreamAgent(origins, {
      onSilent: (socket) => silence.giveUp(socket),
      onChange: ({ origin }, standing) => {
        metrics.instanceChanged(service, origin, standing);
        logger[standing === 'well' ? 'info' : 'warn'](
          { service, instance: origin, standing },
          'An instance is seen in another way',
        );
      },
    });
    for (const origin of origins) metrics.instanceChanged(service, origin, 'well');
    const silence = new SilenceWatch(agent);
    const health = new HealthWatch(agent, options.probe);
    const pass = passTo(service, agent, silence, options);
    return [service as ServiceName, { agent, silence, health, pass }] as const;
  });
  const byService = new Map(services);

  return {
    step(request, response, next) {
      const { route } = response.locals;
      const service = route && byService.get(route.service);
      if (service === undefined) throw new Error('A request without a route came to the proxy');
      addressToService(request, response, options.edgeSecret);
      return service.pass(request, response, next);
    },
    close() {
      for (const [, { agent, silence, health }] of services) {
        health.close();
        silence.close();
        agent.destroy();
      }
    },
  };
}

/** What a service is told beyond the caller's own headers; nothing of it can come from the caller. */
function addressToService(request: Request, { locals }: GatewayResponse, edgeSecret: string): void {
  const { headers } = request;
  const traceparent = traceparentFrom(headers['traceparent']);
  if (traceparent !== headers['traceparent']) delete headers['tracestate'];
  stripClaims(headers);
  headers['traceparent'] = traceparent;
  headers['x-request-id'] = locals.requestId;
  headers['x-client-address'] = signClientAddress(edgeSecret, {
    ip: locals.clientAddress,
    at: Date.now(),
    method: request.method,
    path: request.url,
  });
}

function passTo(
  service: string,
  agent: UpstreamAgent,
  silence: SilenceWatch,
  { timeoutMs, metrics, logger, isDraining }: ProxyOptions,
): RequestHandler<Request, GatewayResponse> {
  const pass = createProxyMiddleware<Request, GatewayResponse>({
    // The agent knows the instances; this only names the pool. As an object it is not parsed for each request.
    target: { protocol: 'http:', host: service, port: 80 },
    agent,
    // The stock plugins answer errors with the service's address and build log lines that nobody reads.
    ejectPlugins: true,
    plugins: [
      (proxy) => {
        proxy.on('proxyReq', (attempt, request, response) => {
          const { route } = response.locals;
          response.locals.attempt = attempt;
          const { socket } = attempt;
          if (route !== undefined && socket !== null)
            silence.watch(socket, timeoutMs(route), {
              onSilence() {
                // While the caller is still sending, it is the caller who is slow; the server's requestTimeout is his.
                const isServiceSilent = request.complete;
                if (isServiceSilent) attempt.destroy(new UpstreamTimeout());
                return isServiceSilent;
              },
              onGivenUp() {
                // What has begun to arrive has its own time: the instance may only have been stopped for a moment.
                if (!response.headersSent) attempt.destroy(new UpstreamSilent());
              },
            });
        });
        proxy.on('proxyRes', (answer, request, response) => {
          agent.heard(answer.socket);
          try {
            beginAnswer(answer, response, agent.origins, isDraining());
          } catch (cause) {
            // A header that this side may not send: Node reads more than it writes.
            answer.destroy();
            fail(cause, request, response);
          }
        });
        proxy.on('error', (cause, request, response) => {
          if (request !== undefined && response !== undefined)
            fail(cause, request, response as GatewayResponse);
        });
      },
    ],
  });

  function fail(cause: unknown, request: Request, response: GatewayResponse): void {
    const { locals } = response;
    if (!response.headersSent && !response.destroyed && !locals.retried && isRepeatable(cause, request)) {
      locals.retried = true;
      metrics.retried(service);
      // By the next turn the other connections of an instance that went away are known to be closed.
      setImmediate(() => void pass(request, response));
      return;
    }
    if (!request.socket.destroyed)
      logger.warn({ err: cause, service, requestId: locals.requestId }, 'A service did not answer');
    answerFault(request, response, faultOf(cause, request));
  }
  return pass;
}

/** Writing the head here keeps repeated headers apart and leaves httpxy only the piping of the body. */
function beginAnswer(
  answer: IncomingMessage,
  response: GatewayResponse,
  hideOrigins: readonly string[],
  draining: boolean,
): void {
  if (response.headersSent || response.destroyed) return;
  const headers = publicHeaders(answer.rawHeaders, hideOrigins);
  headers.push('X-Request-Id', response.locals.requestId);
  if (draining) headers.push('Connection', 'close');
  (response as ServerResponse).writeHead(answer.statusCode ?? 502, headers);
}

/**
 * An instance that dies or falls silent takes the calls with it that wait for its answer. What has no body and changes
 * nothing is then sent once more, to whoever is well; anything else may have been carried out.
 */
function isRepeatable(cause: unknown, request: Request): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return (cause instanceof UpstreamSilent || code === 'ECONNRESET' || code === 'EPIPE') && isSafe(request);
}

/** 503 where nothing can have happened, 504 and 502 where the caller cannot know. */
function faultOf(cause: unknown, request: Request): Fault {
  if (cause instanceof UpstreamUnreachable) return unavailable(cause);
  if (cause instanceof UpstreamSilent && isSafe(request)) return unavailable(cause);
  const silent = cause instanceof UpstreamTimeout || cause instanceof UpstreamSilent;
  return new Fault(silent ? 'gateway-timeout' : 'bad-gateway', { cause, headers: { 'Retry-After': '1' } });
}
