import { join } from 'node:path';
import { freePort } from '../engines/free-port.ts';
import type { ProcessLedger } from '../processes/process-ledger.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { rootFolder } from '../root-folder.ts';
import type { EngineUrls } from './engine-urls.ts';
import { createNodeService } from './node-service.ts';
import type { Secrets } from './secrets.ts';
import { gatewayEnvironment, serviceEnvironment, type EnvironmentInput } from './service-environment.ts';
import type { ServiceDefinition, ServiceName } from './services.ts';

export interface SuiteProcessesOptions {
  services: readonly ServiceDefinition[];
  gatewayFolder: string;
  host: string;
  gatewayPort: number;
  publicUrl: string;
  secrets: Secrets;
  urls: EngineUrls;
  env: Record<string, string>;
  dataDir: string;
  ledger: ProcessLedger;
  log: (line: string) => void;
  revive?: boolean | undefined;
}

/** With one process of each there is nobody to hand calls over to while one drains. */
const alone = { DRAIN_DELAY_MS: '0' };

/** The services and the gateway of one suite: who listens where, and how one of them is started. */
export class SuiteProcesses {
  readonly serviceUrls: Record<ServiceName, string>;
  readonly #options: SuiteProcessesOptions;
  readonly #input: EnvironmentInput;
  readonly #ports: Record<string, number>;
  readonly #instances = new Map<string, number>();

  private constructor(options: SuiteProcessesOptions, ports: Record<string, number>) {
    this.#options = options;
    this.#ports = ports;
    this.serviceUrls = Object.fromEntries(
      options.services.map(({ name }) => [name, `http://127.0.0.1:${ports[name]}`]),
    ) as Record<ServiceName, string>;
    const { secrets, urls, publicUrl, dataDir } = options;
    const { serviceUrls } = this;
    this.#input = { secrets, urls, serviceUrls, publicUrl, dataDir, overrides: options.env };
  }

  static async plan(options: SuiteProcessesOptions): Promise<SuiteProcesses> {
    const ports = await Promise.all(
      options.services.map(async ({ name }) => [name, await freePort()] as const),
    );
    return new SuiteProcesses(options, { ...Object.fromEntries(ports), gateway: options.gatewayPort });
  }

  /** One process of each, not started yet. */
  create(): SupervisedProcess[] {
    const names = [...this.#options.services.map(({ name }) => name), 'gateway'];
    return names.map((name) => this.#create(name, name, this.#ports[name] ?? 0, {}));
  }

  /** A further process of a service or the gateway on a port of its own, with `env` on top; not started yet. */
  async createInstance(of: string, env: Record<string, string>): Promise<SupervisedProcess> {
    const number = (this.#instances.get(of) ?? 1) + 1;
    this.#instances.set(of, number);
    // Instances that name each other have to know their ports before any of them runs.
    const port = env['PORT'] === undefined ? await freePort() : Number(env['PORT']);
    return this.#create(of, `${of}-${number}`, port, env);
  }

  #create(of: string, name: string, port: number, env: Record<string, string>): SupervisedProcess {
    const { services, gatewayFolder, host, dataDir, ledger, log, revive } = this.#options;
    const common = { name, port, dataDir, ledger, log, revive };
    if (of === 'gateway') {
      const environment = { ...gatewayEnvironment(host, port, this.#input), ...env };
      return createNodeService({
        ...common,
        tier: 'gateway',
        folder: join(rootFolder, gatewayFolder),
        env: environment,
      });
    }
    const service = services.find((definition) => definition.name === of);
    if (service === undefined) throw new Error(`there is no service ${of}`);
    const environment = { ...alone, ...serviceEnvironment(service, port, this.#input), ...env };
    return createNodeService({
      ...common,
      tier: 'service',
      folder: join(rootFolder, service.folder),
      env: environment,
    });
  }
}
