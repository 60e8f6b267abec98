import { loadConfig, type Environment } from '@pcft/config';
import { mailEnvironment } from '@pcft/mail';
import { base64Key, introspectionEnvironment, passwordEnvironment, serviceEnvironment } from '@pcft/service';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...introspectionEnvironment,
  ...mailEnvironment,
  ...passwordEnvironment,
  TOKENS_URL: Type.String({ pattern: '^https?://', description: 'Base URLs of tokens, comma-separated.' }),
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
  TOKEN_PEPPER: Type.String(base64Key),
  LIMIT_GUESSES: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10,
    description: 'Wrong passwords at invites for one address and caller before each further one has to wait.',
  }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
