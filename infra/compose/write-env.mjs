// Makes .env for docker-compose.yml with fresh secrets; runs on Node 20. Never overwrites one: the databases and every
// stored hash depend on what is in it.
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const services = ['platform', 'heimdall-admin', 'tokens', 'audit', 'projects'];
const variable = (name) => name.toUpperCase().replaceAll('-', '_');
/** Safe in an address and in a shell. A leading letter keeps NATS from reading a number. */
const password = () => `p${randomBytes(32).toString('hex')}`;
const key = () => randomBytes(32).toString('base64');

const tokens = new Map(services.map((name) => [name, randomBytes(32).toString('base64url')]));
const keys = [...tokens].map(
  ([name, token]) => `${name}=${createHash('sha256').update(token).digest('hex')}`,
);
const values = {
  DATABASE_PASSWORD_POSTGRES: password(),
  ...Object.fromEntries(
    services.flatMap((name) => [
      [`DATABASE_PASSWORD_${variable(name)}`, password()],
      [`DATABASE_PASSWORD_${variable(name)}_OWNER`, password()],
    ]),
  ),
  REDIS_PASSWORD: password(),
  NATS_PASSWORD: password(),
  EDGE_SECRET: key(),
  SIGNING_KEY_SECRET: key(),
  CHECKPOINT_KEY: key(),
  SINK_KEY: key(),
  PLATFORM_TOKEN_PEPPER: key(),
  PLATFORM_PASSWORD_PEPPER: key(),
  TWO_FACTOR_SECRET: key(),
  PLATFORM_MAIL_KEY: key(),
  HEIMDALL_TOKEN_PEPPER: key(),
  HEIMDALL_PASSWORD_PEPPER: key(),
  HEIMDALL_MAIL_KEY: key(),
  HEIMDALL_TWO_FACTOR_SECRET: key(),
  TOKENS_MAIL_KEY: key(),
  ...Object.fromEntries([...tokens].map(([name, token]) => [`SERVICE_TOKEN_${variable(name)}`, token])),
  SERVICE_KEYS: keys.join(','),
};

const path = process.argv[2] ?? join(import.meta.dirname, '..', '..', '.env');
const text = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
try {
  writeFileSync(path, text.join(''), { mode: 0o600, flag: 'wx' });
  console.log(`wrote ${path}`);
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.error(`${path} exists and is left as it is: the databases were made with its passwords`);
  process.exit(1);
}
