import { loadConfig, type Environment } from '@pcft/config';
import { mailEnvironment } from '@pcft/mail';
import { base64Key, introspectionEnvironment, passwordEnvironment, serviceEnvironment } from '@pcft/service';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...introspectionEnvironment,
  ...mailEnvironment,
  ...passwordEnvironment,
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
  HEIMDALL_ADMIN_URL: Type.String({
    pattern: '^https?://',
    description: 'Base URLs of heimdall-admin, comma-separated. Only changes of end users need it.',
  }),
  TOKEN_PEPPER: Type.String({ ...base64Key, description: "The same as heimdall-admin's." }),
  SIGNING_KEY_SECRET: Type.String(base64Key),
  TWO_FACTOR_SECRET: Type.String({
    ...base64Key,
    description: "Seals end users' TOTP secrets; 32 bytes in base64.",
  }),
  SIGNING_KEY_ROTATION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 90,
    description: 'After so long a signing key is followed by a new one by itself.',
  }),
  SIGNING_KEY_LEAD_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 604_800,
    default: 900,
    description: 'How long a new key is published before it signs; at least JWKS_MAX_AGE_SECONDS.',
  }),
  JWKS_MAX_AGE_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 86_400,
    default: 300,
    description: 'How long a verifier may go on with the keys it has.',
  }),
  LIMIT_GUESSES: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10,
    description: 'Wrong passwords for one end user and address before each further one has to wait.',
  }),
  PASSWORD_HASHES_AT_ONCE: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 1,
    description: 'Passwords checked at a time by a process, each on a thread of the lowest priority.',
  }),
  PASSWORD_HASHES_WAITING: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 220,
    description: 'Sign-ins that may wait for their turn; more are answered 503.',
  }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
