import { createHash } from 'node:crypto';
import { compileCacheFolder } from '../root-folder.ts';
import type { EngineUrls } from './engine-urls.ts';
import { isOptionalSetting } from './optional-settings.ts';
import type { Secrets } from './secrets.ts';
import { environmentName, type ServiceDefinition, type ServiceName } from './services.ts';

export interface EnvironmentInput {
  secrets: Secrets;
  urls: EngineUrls;
  serviceUrls: Record<ServiceName, string>;
  publicUrl: string;
  dataDir: string;
  /** Passed on to every process, and stronger than what is made here: `LIMIT_…`, `LOG_LEVEL`, `STRICT_RESPONSES`. */
  overrides: Record<string, string>;
}

/** Reserved by RFC 2606: no answer to it reaches anybody. */
const defaultSender = 'ProductCraft <no-reply@productcraft.example>';

/** The whole environment of a service process. */
export function serviceEnvironment(
  service: ServiceDefinition,
  port: number,
  input: EnvironmentInput,
): Record<string, string> {
  return {
    ...inherited(),
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: input.urls.database[service.database] ?? '',
    REDIS_URL: input.urls.redis,
    NATS_URL: input.urls.nats,
    PLATFORM_URL: input.serviceUrls.platform,
    PUBLIC_URL: input.publicUrl,
    SERVICE_TOKEN: input.secrets.serviceTokens[service.name] ?? '',
    EDGE_SECRET: input.secrets.edgeSecret,
    ...service.environment({
      secrets: input.secrets,
      urls: input.serviceUrls,
      serviceKeys: serviceKeys(input.secrets),
      mail: { url: input.urls.smtp, from: process.env['MAIL_FROM'] ?? defaultSender },
      dataDir: input.dataDir,
    }),
    ...input.overrides,
  };
}

/** The whole environment of a gateway process. */
export function gatewayEnvironment(
  host: string,
  port: number,
  input: EnvironmentInput,
): Record<string, string> {
  const upstreams = Object.entries(input.serviceUrls).map(([name, url]) => [
    `UPSTREAM_${environmentName(name)}`,
    url,
  ]);
  return {
    ...inherited(),
    HOST: host,
    PORT: String(port),
    REDIS_URL: input.urls.redis,
    EDGE_SECRET: input.secrets.edgeSecret,
    PUBLIC_URL: input.publicUrl,
    ...(Object.fromEntries(upstreams) as Record<string, string>),
    ...input.overrides,
  };
}

/** `name=sha256hex(token)` of every service: whoever checks a service never holds its token. */
export function serviceKeys(secrets: Secrets): string {
  return Object.entries(secrets.serviceTokens)
    .map(([name, token]) => `${name}=${createHash('sha256').update(token).digest('hex')}`)
    .join(',');
}

const ofTheMachine = /^(PATH|NODE_COMPILE_CACHE|HOME|LANG|TZ|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|OTEL_[A-Z_]+)$/;

/** Nothing else of the caller's environment reaches a service: it may hold other products' secrets. */
function inherited(): Record<string, string> {
  const passed = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (ofTheMachine.test(name) || isOptionalSetting(name))
      ? [[name, value] as const]
      : [],
  );
  return { NODE_COMPILE_CACHE: compileCacheFolder, ...Object.fromEntries(passed) };
}
