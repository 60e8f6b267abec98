import type { Introspector, Principal } from '@pcft/auth';
import type { Operation, OwnCredential, ServiceName } from '@pcft/contracts';
import type { ServiceKeys } from '@pcft/credentials';
import type { Outbox } from '@pcft/events';
import type { Limiter } from '@pcft/limits';
import type { Express } from 'express';
import type { Handlers, Locator } from './call.ts';
import type { Logger } from './logger.ts';

/** Verifies a credential of the service's own, e.g. an app API key. `null`: never issued or no longer good. */
export type OwnCredentialVerifier = (token: string) => Promise<{
  readonly principal: Principal;
  /** The workspace whose log its calls belong to. */
  readonly workspaceId: string;
} | null>;

/** All that a service's HTTP side is made of. Constructed in `compose.ts`, nowhere else. */
export interface ServiceAppOptions<Operations extends Readonly<Record<string, unknown>>> {
  readonly service: ServiceName;
  readonly operations: Operations;
  readonly handlers: Handlers<Operations>;
  readonly introspector: Introspector;
  readonly limiter: Limiter;
  readonly outbox: Outbox;
  readonly logger: Logger;
  /** Signs and verifies the client's address as the gateway saw it. */
  readonly edgeSecret: string;
  /** The gateway's origin; cookies are `Secure` and `Origin` is compared by it. */
  readonly publicUrl: string;
  /** Who may call `service` operations; services without such operations leave it out. */
  readonly serviceKeys?: ServiceKeys;
  readonly locators?: Readonly<Record<string, Locator>>;
  readonly ownCredentials?: Partial<Record<OwnCredential, OwnCredentialVerifier>>;
  /** Dependencies by public name; each rejects when it cannot be used. Asked by `/readyz`. */
  readonly readiness: Readonly<Record<string, () => Promise<unknown>>>;
  /** In tests a response that breaks its schema is an error; in production it is counted. */
  readonly strictResponses: boolean;
}

export declare function createServiceApp<Operations extends Readonly<Record<string, Operation>>>(
  options: ServiceAppOptions<Operations>,
): Express;
