import { resolve } from 'node:path';
import type { EngineName } from '../engines/engine.ts';
import { freePort, isPortFree } from '../engines/free-port.ts';
import { lockDataDir } from '../processes/data-dir-lock.ts';
import { ProcessLedger } from '../processes/process-ledger.ts';
import { stopLeftovers } from '../processes/stop-leftovers.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { startWatchdog } from '../processes/watchdog.ts';
import { cacheFolder } from '../root-folder.ts';
import { startDataLayer } from './data-layer.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { services, type ServiceDefinition, type ServiceName } from './services.ts';
import { SuiteProcesses } from './suite-processes.ts';

export interface StackOptions {
  /** Everything the suite keeps. */
  dataDir: string;
  /** Of the gateway; without one a free port is taken. */
  port?: number;
  /** Interface the gateway listens on; loopback by default. Everything else is always on loopback. */
  host?: string;
  /** The gateway's origin as callers see it. */
  publicUrl?: string;
  /** Passed to every service and the gateway, e.g. `LIMIT_ADMIN`. */
  env?: Record<string, string>;
  log?: (line: string) => void;
  /** Whether what dies unasked is started again; yes by default. */
  revive?: boolean;
  /** Data that may be lost with the machine, though not with a process: tests do not wait for a disk. */
  throwaway?: boolean;
  /** Gives the start up: what runs by then is stopped and the call rejects. */
  signal?: AbortSignal;
  /** Runs an inbox and sends mail nowhere else, whatever SMTP server the environment names. */
  ownInbox?: boolean;
  /** Where the inbox is read; a free port by default. */
  inboxPort?: number;
  /** Folders relative to the root; the suite's own by default. */
  services?: readonly ServiceDefinition[];
  gatewayFolder?: string;
}

export interface StartedInstance {
  process: SupervisedProcess;
  url: string;
}

/** A running suite. */
export interface Stack {
  /** Everything it keeps; NATS' store is `nats` in it. */
  dataDir: string;
  gatewayUrl: string;
  publicUrl: string;
  serviceUrls: Record<ServiceName, string>;
  /** By database name, runtime role. */
  databaseUrls: Record<string, string>;
  /** By database name, the role that owns the schema. */
  ownerDatabaseUrls: Record<string, string>;
  redisUrl: string;
  natsUrl: string;
  /** Where the inbox is read; `null` when mail goes to the server that SMTP_URL names. */
  inboxUrl: string | null;
  secrets: Secrets;
  /** All of it: engines run here, services, the gateway, further instances. */
  processes(): readonly SupervisedProcess[];
  /** @throws when nothing runs under this name */
  process(name: string): SupervisedProcess;
  /** One more process of a service or the gateway, with its own port; named `<service>-2` and so on. */
  startInstance(of: ServiceName | 'gateway', env?: Record<string, string>): Promise<StartedInstance>;
  /** Drains such an instance and forgets it. */
  stopInstance(name: string): Promise<void>;
  stopEngine(name: EngineName): Promise<void>;
  startEngine(name: EngineName): Promise<void>;
  /** Gateway, services, engines, in this order, within 10 s. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts everything and returns when every `/readyz` answers. When anything fails, what was started is stopped
 * again before the error is thrown.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => undefined);
  const dataDir = resolve(options.dataDir);
  const definitions = options.services ?? services;
  const lock = await lockDataDir(dataDir, log, options.signal);
  const ledger = new ProcessLedger(dataDir, lock.run);
  const leftovers = await stopLeftovers(ledger);
  if (leftovers.length > 0) log(`stopped what an earlier run left: ${leftovers.join(', ')}`);
  const watchdog = startWatchdog(dataDir, lock.run);
  const running: SupervisedProcess[] = [];

  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= stopInOrder(running).finally(async () => {
      await watchdog.stop();
      lock.release();
    });
    return stopping;
  };
  // Each start that is under way fails when its process is stopped, which leads to the catch below.
  options.signal?.addEventListener('abort', () => void stopInOrder(running));

  try {
    const host = options.host ?? '127.0.0.1';
    const gatewayPort = options.port ?? (await freePort());
    if (!(await isPortFree(gatewayPort, host))) {
      throw new Error(`port ${gatewayPort} is in use by another program: stop it or set PORT`);
    }
    const secrets = loadSecrets(
      dataDir,
      definitions.flatMap(({ database }) => [database, `${database}_owner`]),
      definitions.map(({ name }) => name),
    );
    const context = {
      dataDir,
      cacheDir: cacheFolder,
      ledger,
      log,
      signal: options.signal,
      revive: options.revive,
      throwaway: options.throwaway,
      inboxPort: options.inboxPort,
    };
    const env = options.ownInbox === true ? { ...process.env, SMTP_URL: undefined } : process.env;
    const { engines, urls } = await startDataLayer(context, env, definitions, secrets, running);
    options.signal?.throwIfAborted();

    const publicUrl = options.publicUrl ?? `http://localhost:${gatewayPort}`;
    const planned = await SuiteProcesses.plan({
      services: definitions,
      gatewayFolder: options.gatewayFolder ?? 'gateway',
      env: options.env ?? {},
      ...{ host, gatewayPort, publicUrl, secrets, urls, dataDir, ledger, log, revive: options.revive },
    });
    const processes = planned.create();
    running.push(...processes);
    await startTogether(processes, log);
    options.signal?.throwIfAborted();

    return {
      dataDir,
      gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
      publicUrl,
      serviceUrls: planned.serviceUrls,
      databaseUrls: urls.database,
      ownerDatabaseUrls: urls.ownerDatabase,
      redisUrl: urls.redis,
      natsUrl: urls.nats,
      inboxUrl: urls.inbox,
      secrets,
      processes: () => running,
      process: (name) => find(running, name),
      startInstance: async (of, env = {}) => {
        const created = await planned.createInstance(of, env);
        running.push(created);
        await created.start();
        return { process: created, url: `http://127.0.0.1:${created.port}` };
      },
      stopInstance: async (name) => {
        const instance = find(running, name);
        if (!/-\d+$/.test(name)) throw new Error(`${name} is not a further instance`);
        await instance.stop();
        running.splice(running.indexOf(instance), 1);
      },
      stopEngine: (name) => find(engines, name).stop(),
      startEngine: (name) => find(engines, name).start(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All at once; the first that fails decides, but only once every other one has settled and can be stopped. */
async function startTogether(processes: SupervisedProcess[], log: (line: string) => void): Promise<void> {
  const results = await Promise.allSettled(
    processes.map(async (process) => {
      await process.start();
      log(`${process.name} is ready on port ${process.port}`);
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function stopInOrder(running: readonly SupervisedProcess[]): Promise<void> {
  for (const tier of ['gateway', 'service', 'engine'] as const) {
    await Promise.all(running.filter((process) => process.tier === tier).map((process) => process.stop()));
  }
}

function find(processes: readonly SupervisedProcess[], name: string): SupervisedProcess {
  const found = processes.find((process) => process.name === name);
  if (found === undefined) throw new Error(`there is no ${name} in this suite`);
  return found;
}
