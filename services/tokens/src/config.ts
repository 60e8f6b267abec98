import { loadConfig, type Environment } from '@pcft/config';
import Type, { type Static } from 'typebox';

const base64Key = { pattern: '^[A-Za-z0-9+/]{43}=$', description: '32 bytes in base64.' };

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  STRICT_RESPONSES: Type.Boolean({ default: false }),
  DATABASE_URL: Type.String({ format: 'uri' }),
  REDIS_URL: Type.String({ format: 'uri' }),
  NATS_URL: Type.String({ minLength: 1 }),
  PLATFORM_URL: Type.String({ minLength: 1, description: 'Base URLs of platform, comma-separated.' }),
  PUBLIC_URL: Type.String({ format: 'uri', description: 'Origin of the gateway; part of `iss`.' }),
  SERVICE_TOKEN: Type.String({ minLength: 32 }),
  SERVICE_KEYS: Type.String({ minLength: 1 }),
  EDGE_SECRET: Type.String(base64Key),
  TOKEN_PEPPER: Type.String({ ...base64Key, description: "heimdall-admin's, base64." }),
  PASSWORD_PEPPER: Type.String({ ...base64Key, description: "heimdall-admin's, base64." }),
  SIGNING_KEY_SECRET: Type.String(base64Key),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
