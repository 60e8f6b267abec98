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
      description:
        'Whole months of the log older than this, and than the plan of their workspace promises, are removed. Nothing is where it is not set.',
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
  SINK_KEY: Type.String({ ...base64Key, description: 'Seals the secrets of sinks.' }),
  SINK_FILE_DIR: Type.String({
    default: '',
    description: 'Folder of file sinks; without it there are none.',
  }),
  SYSLOG_TARGETS: Type.String({
    pattern: '^([^,\\s:]+:[0-9]{1,5}(,[^,\\s:]+:[0-9]{1,5})*)?$',
    default: '',
    description: 'Receivers that syslog sinks may name: host:port, comma separated.',
  }),
  SYSLOG_CA_FILE: Type.String({
    default: '',
    description:
      'Certificates (PEM) that receivers of syslog over TLS may be vouched for by, beside the public ones.',
  }),
  SINK_GIVE_UP_DAYS: Type.Integer({
    minimum: 1,
    maximum: 30,
    default: 3,
    description: 'A sink that fails for so long is disabled.',
  }),
  ALLOW_PRIVATE_TARGETS: Type.Boolean({
    default: false,
    description: 'Webhooks may go to private addresses, by http and to any port. For development only.',
  }),
  OUTBOUND_DNS_SERVERS: Type.String({
    pattern: '^([^,\\s]+(,[^,\\s]+)*)?$',
    default: '',
    description:
      'DNS servers that are asked where webhooks go, address[:port], comma separated; else the system is.',
  }),
  SERVICE_KEYS: Type.String({ minLength: 1, description: 'name=sha256hex(token), comma separated.' }),
});

export type Config = Readonly<Static<typeof schema>>;

/** @throws ConfigError with everything that is wrong with the environment */
export function readConfig(environment: Environment): Config {
  return loadConfig(schema, environment);
}
