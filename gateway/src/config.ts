import { loadConfig } from '@pcft/config';
import type { Environment } from '@pcft/config';
import type { ServiceName } from '@pcft/contracts';
import Type from 'typebox';

const origins = Type.String({
  pattern: '^http://[^/,@\\s]+(,http://[^/,@\\s]+)*$',
  description: 'Comma list of instances',
});

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  REDIS_URL: Type.String({ pattern: '^rediss?://' }),
  /** Proves to the services that an address was seen by this gateway. */
  EDGE_SECRET: Type.String({ minLength: 16 }),
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^/]+$' })),
  UPSTREAM_PLATFORM: origins,
  UPSTREAM_HEIMDALL_ADMIN: origins,
  UPSTREAM_TOKENS: origins,
  UPSTREAM_AUDIT: origins,
  UPSTREAM_PROJECTS: origins,
  /** How long a service may be silent, unless its route says otherwise (route-timeouts.ts). */
  UPSTREAM_TIMEOUT_MS: Type.Integer({ minimum: 100, maximum: 600_000, default: 10_000 }),
  /** How often each instance is asked /healthz; 0 asks none, for where a balancer stands in between. */
  UPSTREAM_PROBE_MS: Type.Integer({ minimum: 0, maximum: 60_000, default: 400 }),
  /** Two questions in a row that are not answered in this time make an instance silent: it gets no more calls. */
  UPSTREAM_PROBE_TIMEOUT_MS: Type.Integer({ minimum: 50, maximum: 60_000, default: 600 }),
  /** Comma list of addresses and CIDR ranges whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: Type.String({ default: '' }),
  /** Opens /metrics to whoever bears it; without one only this machine may read it. */
  METRICS_TOKEN: Type.Optional(Type.String({ minLength: 16 })),
  /** For how long after SIGTERM requests are still taken, so that balancers learn of it first. */
  DRAIN_DELAY_MS: Type.Integer({ minimum: 0, maximum: 60_000, default: 0 }),
});

/** The gateway's configuration. Limits (`LIMIT_<CLASS>`) are read by packages/limits. Throws ConfigError with all faults. */
export function gatewayConfig(environment: Environment) {
  const read = loadConfig(schema, environment);
  const upstreams: Record<ServiceName, readonly string[]> = {
    platform: read.UPSTREAM_PLATFORM.split(','),
    'heimdall-admin': read.UPSTREAM_HEIMDALL_ADMIN.split(','),
    tokens: read.UPSTREAM_TOKENS.split(','),
    audit: read.UPSTREAM_AUDIT.split(','),
    projects: read.UPSTREAM_PROJECTS.split(','),
  };
  return Object.freeze({
    ...read,
    PUBLIC_URL: read.PUBLIC_URL ?? `http://localhost:${read.PORT}`,
    upstreams,
    environment,
  });
}

export type GatewayConfig = ReturnType<typeof gatewayConfig>;
