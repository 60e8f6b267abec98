import { defaultRules } from '@pcft/limits';
import type { ServiceName } from './services.ts';

const limits = Object.keys(defaultRules)
  .map((name) => `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`)
  .sort();
const ofEveryService = ['LOG_LEVEL', 'DATABASE_POOL', 'DRAIN_DELAY_MS', ...limits];

/**
 * What whoever runs the suite may set and need not, by process. Passed on from the environment of `npm start`, from that of
 * `docker compose`, and in a cluster from the config map `<process>-settings`. compose.test.ts holds the table against the
 * processes' own configuration: a setting that cannot be made is none.
 */
export const optionalSettings: Readonly<Record<ServiceName | 'gateway', readonly string[]>> = {
  platform: [
    ...ofEveryService,
    'LIMIT_GUESSES',
    'PASSWORD_HASH_COST',
    'PLAN_LIMITS',
    'SECRET_SCANNING_KEYS',
    'SESSION_IDLE_SECONDS',
    'SESSION_TTL_SECONDS',
    'WORKSPACE_RESTORE_DAYS',
  ],
  'heimdall-admin': [...ofEveryService, 'LIMIT_GUESSES', 'PASSWORD_HASH_COST'],
  tokens: [
    ...ofEveryService,
    'JWKS_MAX_AGE_SECONDS',
    'LIMIT_GUESSES',
    'PASSWORD_HASHES_AT_ONCE',
    'PASSWORD_HASHES_WAITING',
    'PASSWORD_HASH_COST',
    'SIGNING_KEY_LEAD_SECONDS',
    'SIGNING_KEY_ROTATION_DAYS',
  ],
  audit: [
    ...ofEveryService,
    'ALLOW_PRIVATE_TARGETS',
    'AUDIT_RETENTION_DAYS',
    'CHECKPOINT_SECONDS',
    'OUTBOUND_DNS_SERVERS',
    'PLAN_LIMITS',
    'SINK_FILE_DIR',
    'SINK_GIVE_UP_DAYS',
    'SYSLOG_CA_FILE',
    'SYSLOG_TARGETS',
    'TAILS_PER_WORKSPACE',
  ],
  projects: ofEveryService,
  gateway: [
    'DRAIN_DELAY_MS',
    'LOG_LEVEL',
    'METRICS_TOKEN',
    'TRUSTED_PROXIES',
    'UPSTREAM_PROBE_MS',
    'UPSTREAM_PROBE_TIMEOUT_MS',
    'UPSTREAM_TIMEOUT_MS',
    ...limits,
  ],
};

const everyOne = new Set(Object.values(optionalSettings).flat());

/** Whether some process of the suite may be set by this variable. */
export function isOptionalSetting(name: string): boolean {
  return everyOne.has(name);
}
