import type { Secrets } from './secrets.ts';

export type ServiceName = 'platform' | 'heimdall-admin' | 'tokens' | 'audit' | 'projects';

/** What a service's environment may be built from. */
export interface ServiceEnvironmentInput {
  secrets: Secrets;
  urls: Record<ServiceName, string>;
  /** `name=sha256hex(token)` of every service, comma separated. */
  serviceKeys: string;
  /** SMTP server and sender. */
  mail: { url: string; from: string };
  /** Where services keep what must not stand in a database. */
  dataDir: string;
}

export interface ServiceDefinition {
  name: ServiceName;
  /** Folder below the root; `src/main.ts` in it is the process. */
  folder: string;
  /** Its database and runtime role; the owner role is `<database>_owner`. */
  database: string;
  /** What it needs beyond the variables every service gets. */
  environment: (input: ServiceEnvironmentInput) => Record<string, string>;
}

/** Every service of the suite. A new one is one entry here. */
export const services: readonly ServiceDefinition[] = [
  {
    name: 'platform',
    folder: 'services/platform',
    database: 'platform',
    environment: ({ secrets, serviceKeys, mail, urls }) => ({
      AUDIT_URL: urls.audit,
      TOKEN_PEPPER: secrets.peppers.platform.token,
      PASSWORD_PEPPER: secrets.peppers.platform.password,
      TWO_FACTOR_SECRET: secrets.twoFactorSecret,
      SMTP_URL: mail.url,
      MAIL_FROM: mail.from,
      MAIL_KEY: secrets.mailKeys.platform,
      REQUIRE_VERIFIED_EMAIL: process.env['REQUIRE_VERIFIED_EMAIL'] ?? '0',
      SERVICE_KEYS: serviceKeys,
    }),
  },
  {
    name: 'heimdall-admin',
    folder: 'services/heimdall-admin',
    database: 'heimdall_admin',
    environment: ({ secrets, urls, serviceKeys, mail }) => ({
      TOKEN_PEPPER: secrets.peppers.heimdall.token,
      PASSWORD_PEPPER: secrets.peppers.heimdall.password,
      SMTP_URL: mail.url,
      MAIL_FROM: mail.from,
      MAIL_KEY: secrets.mailKeys.heimdall,
      TOKENS_URL: urls.tokens,
      SERVICE_KEYS: serviceKeys,
    }),
  },
  {
    name: 'tokens',
    folder: 'services/tokens',
    database: 'tokens',
    environment: ({ secrets, urls, serviceKeys, mail }) => ({
      TOKEN_PEPPER: secrets.peppers.heimdall.token,
      PASSWORD_PEPPER: secrets.peppers.heimdall.password,
      SMTP_URL: mail.url,
      MAIL_FROM: mail.from,
      MAIL_KEY: secrets.mailKeys.tokens,
      HEIMDALL_ADMIN_URL: urls['heimdall-admin'],
      SIGNING_KEY_SECRET: secrets.signingKeySecret,
      TWO_FACTOR_SECRET: secrets.userTwoFactorSecret,
      SERVICE_KEYS: serviceKeys,
    }),
  },
  {
    name: 'audit',
    folder: 'services/audit',
    database: 'audit',
    environment: ({ secrets, urls, serviceKeys, dataDir }) => ({
      HEIMDALL_ADMIN_URL: urls['heimdall-admin'],
      CHECKPOINT_KEY: secrets.checkpointKey,
      SERVICE_KEYS: serviceKeys,
      CHECKPOINT_DIR: `${dataDir}/checkpoints`,
      SINK_KEY: secrets.sinkKey,
    }),
  },
  {
    name: 'projects',
    folder: 'services/projects',
    database: 'projects',
    environment: () => ({}),
  },
];

/** `heimdall-admin` → `HEIMDALL_ADMIN`, as in DATABASE_URL_HEIMDALL_ADMIN and UPSTREAM_HEIMDALL_ADMIN. */
export function environmentName(service: string): string {
  return service.toUpperCase().replaceAll('-', '_');
}
