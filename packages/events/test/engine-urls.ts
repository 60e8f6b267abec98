import { readFileSync } from 'node:fs';

/** Addresses of the engines that the test run started; the file is named by `PCFT_STACK`. */
export interface EngineUrls {
  /** As superuser, who may create databases and end sessions. */
  readonly postgres: string;
  readonly nats: string;
}

export function engineUrls(path = process.env['PCFT_STACK']): EngineUrls {
  if (!path) throw new Error('PCFT_STACK names no stack: run the tests with `npm test`');
  const { urls, secrets } = JSON.parse(readFileSync(path, 'utf8')) as {
    urls: { database: { audit: string }; nats: string };
    secrets: { databasePasswords: { postgres: string } };
  };
  const superuser = new URL(urls.database.audit);
  superuser.username = 'postgres';
  superuser.password = secrets.databasePasswords.postgres;
  superuser.pathname = '/postgres';
  return { postgres: superuser.href, nats: urls.nats };
}
