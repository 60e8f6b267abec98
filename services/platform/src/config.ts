import { loadConfig, type Environment } from '@pcft/config';
import Type, { type Static } from 'typebox';

const secret = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$', description: `${description}; base64 of 32 bytes.` });

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  STRICT_RESPONSES: Type.Boolean({ default: false }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
  DATABASE_POOL: Type.Integer({ minimum: 2, maximum: 500, default: 12 }),
  REDIS_URL: Type.String({ pattern: '^rediss?://' }),
  NATS_URL: Type.String({ pattern: '^(nats|tls)://' }),
  EDGE_SECRET: secret('Verifies the address of the caller as the gateway saw it'),
  PUBLIC_URL: Type.String({ pattern: '^https?://' }),
  TOKEN_PEPPER: secret('Key of the digests of tokens'),
  PASSWORD_PEPPER: secret('Key of the pre-hash of passwords'),
  SERVICE_KEYS: Type.String({ description: 'name=sha256hex(token), comma separated.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
