import Type, { type Static } from 'typebox';

/** 32 random bytes in base64, as peppers and keys are handed over. */
export const base64Key = { pattern: '^[A-Za-z0-9+/]{43}=$', description: '32 bytes in base64.' };

/** The variables every service takes. A service spreads them into its own schema. */
export const serviceEnvironment = {
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  STRICT_RESPONSES: Type.Boolean({
    default: false,
    description: 'Of a suite under test, never in production: what breaks a contract is an error.',
  }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
  DATABASE_POOL: Type.Integer({ minimum: 2, maximum: 500, default: 12, description: 'Connections at most.' }),
  REDIS_URL: Type.String({ pattern: '^rediss?://' }),
  NATS_URL: Type.String({ pattern: '^(nats|tls)://' }),
  PUBLIC_URL: Type.String({ pattern: '^https?://', description: "The gateway's origin." }),
  EDGE_SECRET: Type.String(base64Key),
  DRAIN_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 60_000,
    default: 1_000,
    description:
      'How long after SIGTERM calls are still taken, so that whoever sends them learns of it first.',
  }),
};

export type ServiceEnvironment = Readonly<Static<ReturnType<typeof Type.Object<typeof serviceEnvironment>>>>;

/** The variables of a service that asks platform about credentials: every one but platform itself. */
export const introspectionEnvironment = {
  PLATFORM_URL: Type.String({
    minLength: 1,
    description: 'Base URLs of platform instances, comma-separated.',
  }),
  SERVICE_TOKEN: Type.String({ minLength: 32 }),
};
