import { loadConfig, type Environment } from '@pcft/config';
import { base64Key, introspectionEnvironment, serviceEnvironment } from '@pcft/service';
import { planLimitsPattern } from '@pcft/plans';
import Type, { type Static } from 'typebox';

const schema = Type.Object({
  ...serviceEnvironment,
  ...introspectionEnvironment,
  HEIMDALL_ADMIN_URL: Type.String({
    pattern: '^https?://',
    description: 'Base URLs of heimdall-admin, which knows whose an app is, comma-separated.',
  }),
  CHECKPOINT_KEY: Type.String({
    ...base64Key,
    description: 'Seed of the Ed25519 key that signs checkpoints.',
  }),
  CHECKPOINT_DIR: Type.String({
    minLength: 1,
    description: 'Folder outside the database in which checkpoints are kept, best on other disks.',
  }),
  CHECKPOINT_SECONDS: Type.Integer({ minimum: 1, maximum: 60, default: 30 }),
  AUDIT_RETENTION_DAYS: Type.Optional(
    Type.Integer({
      minimum: 30,
      maximum: 36_500,
      description: 'Whole months of the log older than this are removed. Nothing is where it is not set.',
    }),
  ),
  PLAN_LIMITS: Type.String({
    pattern: planLimitsPattern,
    default: '',
    description:
      'Changes to the limits of plans, as platform has them: no workspace loses what a plan promises.',
  }),
  TAILS_PER_WORKSPACE: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 20,
    description: 'Live tails of one workspace that a process keeps open at once.',
  }),
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
