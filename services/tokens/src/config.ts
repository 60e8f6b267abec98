import { loadConfig, type Environment } from '@pcft/config';
import { base64Key, introspectionEnvironment, serviceEnvironment } from '@pcft/service';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...introspectionEnvironment,
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
  HEIMDALL_ADMIN_URL: Type.String({
    pattern: '^https?://',
    description: 'Base URL of heimdall-admin. Only changes that end users make need it.',
  }),
  TOKEN_PEPPER: Type.String({ ...base64Key, description: "The same as heimdall-admin's." }),
  PASSWORD_PEPPER: Type.String({ ...base64Key, description: "The same as heimdall-admin's." }),
  SIGNING_KEY_SECRET: Type.String(base64Key),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
