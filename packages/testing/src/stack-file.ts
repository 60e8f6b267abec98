import { readFileSync } from 'node:fs';
import type { ServiceName } from '@pcft/contracts';

/** What infra writes when the stack is ready; the file is named by `PCFT_STACK`. Passwords are in it. */
export interface StackFile {
  readonly gatewayUrl: string;
  readonly serviceUrls: Readonly<Record<ServiceName, string>>;
  readonly urls: {
    /** Runtime role, by database name (`heimdall_admin`). */
    readonly database: Readonly<Record<string, string>>;
    /** Owner role, by database name. */
    readonly ownerDatabase: Readonly<Record<string, string>>;
    readonly redis: string;
    readonly nats: string;
  };
  /** Where the inbox of the run is read. */
  readonly inboxUrl: string;
  readonly secrets: {
    readonly edgeSecret: string;
    readonly serviceTokens: Readonly<Record<string, string>>;
  };
  readonly control: { readonly url: string; readonly token: string };
}

/** @throws one sentence when no stack is running for this test run */
export function readStackFile(path = process.env['PCFT_STACK']): StackFile {
  if (!path)
    throw new Error('PCFT_STACK names no stack: run the tests with `npm test`, which starts the suite first');
  return JSON.parse(readFileSync(path, 'utf8')) as StackFile;
}
