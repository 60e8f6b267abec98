import type { Introspector, Principal } from '@pcft/auth';
import type { OwnCredential, ServiceName } from '@pcft/contracts';
import type { ServiceKeys } from '@pcft/credentials';
import type { Outbox } from '@pcft/events';
import type { Limiter } from '@pcft/limits';
import type { Call, Handlers, Locator } from './call.ts';
import type { AllowedOrigins } from './cross-origin.ts';
import type { IdempotencyStore } from './idempotency/idempotency-store.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Verifies a credential of the service's own, e.g. an app API key. `null`: never issued. */
export type OwnCredentialVerifier = (token: string) => Promise<{
  readonly principal: Principal;
  /** False: revoked or expired. The call is refused, and its row says whose key it was. */
  readonly active: boolean;
  /** The workspace whose log its calls belong to. */
  readonly workspaceId: string;
  /** Of an app API key: whether it may do what it is used for, `resource:verb`. */
  readonly allows?: (permission: string) => boolean;
} | null>;

/** All that a service's HTTP side is made of. Constructed in `compose.ts`, nowhere else. */
export interface ServiceAppOptions<Operations extends Readonly<Record<string, unknown>>> {
  readonly service: ServiceName;
  readonly operations: Operations;
  readonly handlers: Handlers<Operations>;
  readonly introspector: Introspector;
  readonly limiter: Limiter;
  readonly outbox: Outbox;
  /** The keys of `idempotent` operations; a service that declares none leaves it out. */
  readonly idempotency?: IdempotencyStore;
  readonly logger: Logger;
  /** Verifies the client's address as the gateway saw it. */
  readonly edgeSecret: string;
  /** The gateway's origin; cookies are `Secure` and `Origin` is compared by it. */
  readonly publicUrl: string;
  /** Who may call `service` operations; services without such operations leave it out. */
  readonly serviceKeys?: ServiceKeys;
  readonly locators?: Readonly<Record<string, Locator>>;
  readonly ownCredentials?: Partial<Record<OwnCredential, OwnCredentialVerifier>>;
  /** Whose pages may call what `isCalledByPages` names; a service without such operations leaves it out. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Dependencies by public name; each rejects when it cannot be used. Asked by `/readyz`. */
  readonly readiness: Readonly<Record<string, () => Promise<unknown>>>;
  /** In tests a response that breaks its schema is an error; in production it is logged. */
  readonly strictResponses: boolean;
  /** Told of a call that was let in and answered from its Idempotency-Key: its handler does not see it. */
  readonly onRepeat?: (call: Pick<Call<unknown>, 'principal' | 'request'>) => void;
  /** Where compose adds gauges of its own; made here if left out. */
  readonly metrics?: Metrics;
}

/** The same without what differs from operation to operation. */
export type CallOptions = Omit<
  ServiceAppOptions<Readonly<Record<string, unknown>>>,
  'operations' | 'handlers'
>;
