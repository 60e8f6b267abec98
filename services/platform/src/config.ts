import { loadConfig, type Environment } from '@pcft/config';
import { planLimitsPattern } from '@pcft/plans';
import { mailEnvironment } from '@pcft/mail';
import { base64Key, passwordEnvironment, serviceEnvironment } from '@pcft/service';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...mailEnvironment,
  ...passwordEnvironment,
  TOKEN_PEPPER: Type.String(base64Key),
  REQUIRE_VERIFIED_EMAIL: Type.Boolean({
    default: false,
    description: 'Whether an account signs in only once its address is verified.',
  }),
  WORKSPACE_RESTORE_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 30,
    description: 'How long owners may restore a closed workspace.',
  }),
  SESSION_TTL_SECONDS: Type.Integer({
    minimum: 60,
    maximum: 31_536_000,
    default: 1_209_600,
    description: 'How long a session lasts at most, however much it is used.',
  }),
  SESSION_IDLE_SECONDS: Type.Integer({
    minimum: 120,
    maximum: 31_536_000,
    default: 604_800,
    description: 'How long a session lasts without use; uses count once a minute.',
  }),
  TWO_FACTOR_SECRET: Type.String({ ...base64Key, description: 'Seals TOTP secrets; 32 bytes in base64.' }),
  PLAN_LIMITS: Type.String({
    pattern: planLimitsPattern,
    default: '',
    description: 'Limits of plans other than the table says: plan.limit=number, comma separated.',
  }),
  LIMIT_GUESSES: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10,
    description:
      'Wrong passwords or codes before the first delay: per known device, and per account and stranger.',
  }),
  AUDIT_URL: Type.String({
    pattern: '^https?://',
    description: 'Base URLs of audit, which counts calls, comma-separated.',
  }),
  SERVICE_TOKEN: Type.String({ minLength: 32 }),
  SECRET_SCANNING_KEYS: Type.String({
    default: '{"public_keys":[]}',
    description: 'Who may report leaked tokens, in the form of GitHub’s meta/public_keys/secret_scanning.',
  }),
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
