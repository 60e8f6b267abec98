import { loadConfig, type Environment } from '@pcft/config';
import { introspectionEnvironment, serviceEnvironment } from '@pcft/service';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...introspectionEnvironment,
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
