import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything secret of one local suite. Each value is 32 random bytes; none is derived from another. */
export interface Secrets {
  /** PostgreSQL passwords by role; `postgres` is the superuser. base64url. */
  databasePasswords: Record<string, string>;
  redisPassword: string;
  natsPassword: string;
  /** HMAC key by which services believe the client address the gateway passes on. */
  edgeSecret: string;
  /** Encrypts the apps' private signing keys; base64 of 32 bytes. */
  signingKeySecret: string;
  /** Seed of the Ed25519 key that signs the audit log's checkpoints; base64. */
  checkpointKey: string;
  /** Seals the secrets of the audit log's sinks; base64 of 32 bytes. */
  sinkKey: string;
  /** Seals the accounts' second factors; base64 of 32 bytes. */
  twoFactorSecret: string;
  /** Seals the end users' second factors; base64 of 32 bytes. */
  userTwoFactorSecret: string;
  /** Peppers by owner: `platform` has its own, `heimdall` is shared by heimdall-admin and tokens. */
  peppers: Record<'platform' | 'heimdall', { token: string; password: string }>;
  /** Seal mail while it waits in a database, each service's own (`heimdall` is heimdall-admin's); base64. */
  mailKeys: Record<'platform' | 'heimdall' | 'tokens', string>;
  /** By which a service proves itself to another, by service name. */
  serviceTokens: Record<string, string>;
}

/**
 * Reads `secrets.json` (0600) of a data directory, or makes it. Secrets that a newer version needs are added;
 * those that exist never change, since stored hashes and the cluster's passwords depend on them.
 */
export function loadSecrets(dataDir: string, roles: string[], services: string[]): Secrets {
  const path = join(dataDir, 'secrets.json');
  mkdirSync(dataDir, { recursive: true });
  const stored = read(path);
  const peppers = (owner: 'platform' | 'heimdall') => ({
    token: stored.peppers?.[owner]?.token ?? secret('base64'),
    password: stored.peppers?.[owner]?.password ?? secret('base64'),
  });
  const secrets: Secrets = {
    databasePasswords: fill(stored.databasePasswords, ['postgres', ...roles]),
    redisPassword: stored.redisPassword ?? secret(),
    natsPassword: stored.natsPassword ?? secret(),
    edgeSecret: stored.edgeSecret ?? secret('base64'),
    signingKeySecret: stored.signingKeySecret ?? secret('base64'),
    checkpointKey: stored.checkpointKey ?? secret('base64'),
    sinkKey: stored.sinkKey ?? secret('base64'),
    twoFactorSecret: stored.twoFactorSecret ?? secret('base64'),
    userTwoFactorSecret: stored.userTwoFactorSecret ?? secret('base64'),
    peppers: { platform: peppers('platform'), heimdall: peppers('heimdall') },
    mailKeys: {
      platform: stored.mailKeys?.platform ?? secret('base64'),
      heimdall: stored.mailKeys?.heimdall ?? secret('base64'),
      tokens: stored.mailKeys?.tokens ?? secret('base64'),
    },
    serviceTokens: fill(stored.serviceTokens, services),
  };
  const text = `${JSON.stringify(secrets, null, 2)}\n`;
  if (text !== `${JSON.stringify(stored, null, 2)}\n`) {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return secrets;
}

function read(path: string): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error; // a damaged file must not be replaced: the databases depend on what it held
  }
}

function fill(stored: Record<string, string> | undefined, names: string[]): Record<string, string> {
  return { ...Object.fromEntries(names.map((name) => [name, secret()])), ...stored };
}

function secret(encoding: 'base64' | 'base64url' = 'base64url'): string {
  return randomBytes(32).toString(encoding);
}
