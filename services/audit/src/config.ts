import { loadConfig, type Environment } from '@pcft/config';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  STRICT_RESPONSES: Type.Boolean({ default: false }),
  DATABASE_URL: Type.String({ format: 'uri' }),
  REDIS_URL: Type.String({ format: 'uri' }),
  NATS_URL: Type.String({ minLength: 1 }),
  PLATFORM_URL: Type.String({ minLength: 1, description: 'Base URLs of platform, comma-separated.' }),
  PUBLIC_URL: Type.String({ format: 'uri' }),
  SERVICE_TOKEN: Type.String({ minLength: 32 }),
  EDGE_SECRET: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$', description: '32 bytes in base64.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
