import type { Dialect } from '@pcft/errors';
import { allOperations } from './catalogue.ts';
import { isCalledByPages } from './cross-origin.ts';
import type { Method, RateClass } from './operation.ts';
import type { ServiceName } from './services.ts';

/** One public route, as the gateway needs it. */
export interface Route {
  readonly method: Method;
  /** `/v1/apps/:app/users` */
  readonly template: string;
  readonly operationId: string;
  readonly service: ServiceName;
  readonly rateClass: RateClass;
  readonly dialect: Dialect;
  /** Pages of other origins may call it: its service answers their preflights (CORS). */
  readonly calledByPages?: boolean;
  /** Its answer goes on for as long as the caller listens (text/event-stream). */
  readonly eventStream?: boolean;
}

/** Every public route of every service, aliases included. Internal operations are never in it. */
export function routeTable(): readonly Route[] {
  return allOperations
    .filter(({ access }) => access.kind !== 'service')
    .flatMap((operation) => {
      const { method, path, aliases, operationId, service, rateClass, dialect, success } = operation;
      const eventStream = success.mediaTypes?.includes('text/event-stream') ?? false;
      const calledByPages = isCalledByPages(operation);
      return [path, ...aliases].map((template) => ({
        ...{ method, template, operationId, service, rateClass, dialect },
        ...(eventStream && { eventStream }),
        ...(calledByPages && { calledByPages }),
      }));
    });
}

/** Path prefixes and the dialect spoken under them; the longest one that fits decides, also where no route does. */
const dialectPrefixes: readonly (readonly [string, Dialect])[] = [
  ['/v1/oauth/', 'oauth'],
  ['/oauth/', 'oauth'],
  ['/api/auth/', 'quickstart'],
  ['/api/user/', 'quickstart'],
  ['/v1/projects/', 'craft'],
  ['/v1/me/', 'craft'],
];

/** The dialect of a path that may match no route. `/v1/meadow` is not under `/v1/me`. */
export function dialectForPath(path: string): Dialect {
  const slashed = path.endsWith('/') ? path : `${path}/`;
  return dialectPrefixes.find(([prefix]) => slashed.startsWith(prefix))?.[1] ?? 'platform';
}
