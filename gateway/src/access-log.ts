import type { Logger } from 'pino';
import type { Exchange } from './exchange.ts';

/**
 * One line for an answered request. What went well is told at `debug` only: metrics count it here, and its service
 * logs and audits it. Every field is named, so none can carry a credential: paths hold invite tokens, queries anything.
 */
export function logRequest(
  logger: Logger,
  exchange: Exchange,
  { method, status, complete }: { method: string; status: number; complete: boolean },
): void {
  const level = status >= 500 || !complete ? 'warn' : status >= 400 ? 'info' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  logger[level](
    {
      requestId: exchange.requestId,
      client: exchange.clientAddress,
      method,
      route: exchange.route?.template ?? null,
      service: exchange.route?.service ?? null,
      status,
      complete,
      ms: Math.round((performance.now() - exchange.startedAtMs) * 10) / 10,
    },
    'request',
  );
}
