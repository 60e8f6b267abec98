import { isOptionalSetting } from '../stack/optional-settings.ts';
import type { Secrets } from '../stack/secrets.ts';
import {
  gatewayEnvironment,
  serviceEnvironment,
  type EnvironmentInput,
} from '../stack/service-environment.ts';
import type { ServiceDefinition, ServiceName } from '../stack/services.ts';

/** A process as a cluster sees it: which of its variables may be written down, and which only a secret holds. */
export interface ClusterProcess {
  name: string;
  folder: string;
  settings: Record<string, string>;
  secrets: string[];
}

export function serviceProcess(
  service: ServiceDefinition,
  services: readonly ServiceDefinition[],
  publicUrl: string,
): ClusterProcess {
  const environment = serviceEnvironment(service, 8080, inputOf(services, publicUrl));
  return { name: service.name, folder: service.folder, ...split({ ...environment, HOST: '0.0.0.0' }) };
}

export function gatewayProcess(services: readonly ServiceDefinition[], publicUrl: string): ClusterProcess {
  const environment = gatewayEnvironment('0.0.0.0', 8080, inputOf(services, publicUrl));
  return { name: 'gateway', folder: 'gateway', ...split(environment) };
}

/** Every value that must not be written down is this mark, so that none can slip through by a new variable's name. */
const secretMark = 'secret';

function inputOf(services: readonly ServiceDefinition[], publicUrl: string): EnvironmentInput {
  const everySecret = <Shape extends object>(): Shape =>
    new Proxy({} as Shape, {
      get: () => secretMark,
      ownKeys: () => [secretMark],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: secretMark }),
    });
  const secrets: Secrets = {
    databasePasswords: everySecret(),
    redisPassword: secretMark,
    natsPassword: secretMark,
    edgeSecret: secretMark,
    signingKeySecret: secretMark,
    checkpointKey: secretMark,
    sinkKey: secretMark,
    twoFactorSecret: secretMark,
    userTwoFactorSecret: secretMark,
    peppers: { platform: everySecret(), heimdall: everySecret() },
    mailKeys: everySecret(),
    serviceTokens: everySecret(),
  };
  return {
    secrets,
    urls: {
      database: everySecret(),
      ownerDatabase: everySecret(),
      redis: secretMark,
      nats: secretMark,
      smtp: secretMark,
      inbox: null,
    },
    serviceUrls: Object.fromEntries(services.map(({ name }) => [name, `http://${name}:8080`])) as Record<
      ServiceName,
      string
    >,
    publicUrl,
    dataDir: '/data',
    overrides: {},
  };
}

/** Passed on from this machine's environment to local processes only. */
const ofThisMachine = /^(PATH|HOME|LANG|TZ|NODE_.*|OTEL_.*)$/;

function split(environment: Record<string, string>): Pick<ClusterProcess, 'settings' | 'secrets'> {
  const own = Object.entries(environment).filter(
    ([name]) => !ofThisMachine.test(name) && !isOptionalSetting(name),
  );
  const isSecret = ([name, value]: [string, string]): boolean =>
    value.includes(secretMark) || name === 'SERVICE_KEYS';
  return {
    settings: Object.fromEntries(own.filter((entry) => !isSecret(entry))),
    secrets: own.filter(isSecret).map(([name]) => name),
  };
}
