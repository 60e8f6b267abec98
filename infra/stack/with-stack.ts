import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRules } from '@pcft/limits';
import { limitNames, planNames } from '@pcft/plans';
import { removePostgresFolder } from '../engines/postgres-folder.ts';
import { generateClients } from '../generate.ts';
import { rootFolder } from '../root-folder.ts';
import { stopRequests } from '../stop-requests.ts';
import { startControlServer } from './control-server.ts';
import { removeStaleSuites } from './remove-stale-suites.ts';
import { services } from './services.ts';
import { startStack, type Stack } from './stack.ts';

export interface WithStackOptions {
  /** On top of the raised limits and strict responses that every test stack has. */
  env?: Record<string, string>;
  /** A folder of its own below `.data` by default. Removed afterwards. */
  dataDir?: string;
  /** See StackOptions. A measurement waits for its disk, as production does. */
  throwaway?: boolean;
  log?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Runs `use` against a whole suite of its own: free ports, an empty data directory, nothing revived that dies.
 * Everything is stopped and removed afterwards, whatever happened, also on Ctrl-C.
 *
 * @param use gets the path of the JSON file that names every address (see StackFile in packages/testing)
 */
export async function withStack<Result>(
  options: WithStackOptions,
  use: (stackFile: string, stack: Stack) => Promise<Result>,
): Promise<Result> {
  // A measurement may be the first thing that is run in a clone.
  await generateClients(services);
  const parent = join(rootFolder, '.data');
  await removeStaleSuites(parent, 'test-');
  const dataDir = options.dataDir ?? join(parent, `test-${process.pid}`);
  const signal = options.signal ?? stopRequests();
  mkdirSync(dataDir, { recursive: true });
  try {
    const stack = await startStack({
      dataDir,
      env: { ...testEnvironment(), ...options.env },
      log: options.log ?? (() => undefined),
      revive: false,
      throwaway: options.throwaway === true,
      ownInbox: true,
      signal,
    });
    const control = await startControlServer(stack);
    try {
      const stackFile = join(dataDir, 'stack.json');
      writeFileSync(stackFile, JSON.stringify(describeStack(stack, control)), { mode: 0o600 });
      return await use(stackFile, stack);
    } finally {
      await control.close();
      await stack.stop();
    }
  } finally {
    removePostgresFolder(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Limits out of the way, and a response that breaks its contract is an error. */
function testEnvironment(): Record<string, string> {
  const limits = Object.keys(defaultRules).map((name) => `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`);
  return {
    STRICT_RESPONSES: '1',
    LOG_LEVEL: 'warn',
    PLAN_LIMITS: planNames.flatMap((plan) => limitNames.map((limit) => `${plan}.${limit}=1000000`)).join(),
    ...Object.fromEntries(limits.map((name) => [name, '1000000'])),
  };
}

function describeStack(stack: Stack, control: { url: string; token: string }) {
  return {
    gatewayUrl: stack.gatewayUrl,
    serviceUrls: stack.serviceUrls,
    urls: {
      database: stack.databaseUrls,
      ownerDatabase: stack.ownerDatabaseUrls,
      redis: stack.redisUrl,
      nats: stack.natsUrl,
    },
    inboxUrl: stack.inboxUrl,
    secrets: stack.secrets,
    control: { url: control.url, token: control.token },
  };
}
