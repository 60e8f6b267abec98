import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { rootFolder } from '../root-folder.ts';
import { loadSecrets } from '../stack/secrets.ts';
import {
  gatewayEnvironment,
  serviceEnvironment,
  type EnvironmentInput,
} from '../stack/service-environment.ts';
import { optionalSettings } from '../stack/optional-settings.ts';
import { environmentName, services } from '../stack/services.ts';

interface Container {
  working_dir?: string;
  image?: string;
  command?: string[];
  /** `null`: taken from the environment of `docker compose`, where it is set. */
  environment: Record<string, string | null>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[] };
}

const text = readFileSync(join(rootFolder, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Container> };
const container = (name: string): Container => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml lacks ${name}`);
  return found;
};

describe('docker-compose.yml', () => {
  let folder: string;
  let written: Map<string, string>;
  let input: EnvironmentInput;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pcft-compose-'));
    const envFile = join(folder, '.env');
    execFileSync(process.execPath, [join(rootFolder, 'infra/compose/write-env.mjs'), envFile]);
    expect(statSync(envFile).mode & 0o777).toBe(0o600);
    const lines = readFileSync(envFile, 'utf8').trim().split('\n');
    written = new Map(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const names = services.map(({ name }) => name);
    input = {
      secrets: loadSecrets(join(folder, 'data'), [], names),
      urls: { database: {}, ownerDatabase: {}, redis: '', nats: '', smtp: '', inbox: null },
      serviceUrls: { platform: '', 'heimdall-admin': '', tokens: '', audit: '', projects: '' },
      publicUrl: '',
      dataDir: '/data',
      overrides: {},
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(services.map((service) => [service.name, service] as const))(
    'runs %s with the environment that the local stack gives it, and a database role of its own',
    (name, service) => {
      const { working_dir, environment, depends_on } = container(name);
      expect(working_dir).toBe(`/suite/${service.folder}`);
      expect(made(environment)).toEqual(own(serviceEnvironment(service, 0, input)));
      const variable = environmentName(name);
      expect(environment['DATABASE_URL']).toBe(
        `postgresql://${service.database}:\${DATABASE_PASSWORD_${variable}:?}@postgres:5432/${service.database}`,
      );
      expect(environment['SERVICE_TOKEN']).toBe(`\${SERVICE_TOKEN_${variable}:?}`);
      expect(depends_on).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
        nats: { condition: 'service_healthy' },
      });
    },
  );

  it.each(Object.entries(optionalSettings))('lets %s be given every optional setting', (name, settings) => {
    const open = Object.entries(container(name).environment).filter(([, value]) => value === null);
    expect(open.map(([variable]) => variable).sort()).toEqual([...settings].sort());
  });

  it.each(Object.entries(optionalSettings))('%s has no setting that cannot be made', (name, settings) => {
    const folder = services.find((service) => service.name === name)?.folder ?? 'gateway';
    const offered = new Set<string>([...settings, ...made(container(name).environment), 'STRICT_RESPONSES']);
    expect(settingsOf(folder).filter((variable) => !offered.has(variable))).toEqual([]);
    // The other way round: what is offered is read. Limits are read by a package of their own.
    const read = new Set(settingsOf(folder));
    const limits = /^LIMIT_(?!GUESSES)/;
    expect(settings.filter((variable) => !read.has(variable) && !limits.test(variable))).toEqual([]);
  });

  it('runs nothing beside the services, the gateway, the migrations and the engines', () => {
    const expected = [
      ...services.map(({ name }) => name),
      'gateway',
      'migrate',
      'postgres',
      'redis',
      'nats',
      'inbox',
    ];
    expect(Object.keys(compose.services).sort()).toEqual(expected.sort());
  });

  it('starts the gateway last, with every service behind it', () => {
    const { environment, depends_on } = container('gateway');
    expect(made(environment)).toEqual(own(gatewayEnvironment('', 0, input)));
    for (const { name } of services) {
      expect(environment[`UPSTREAM_${environmentName(name)}`]).toBe(`http://${name}:8080`);
      expect(depends_on?.[name]).toEqual({ condition: 'service_healthy' });
    }
  });

  it('migrates and creates every database', () => {
    const databases = services.map(({ database }) => database);
    const { environment } = container('migrate');
    expect(Object.keys(environment).sort()).toEqual(
      services
        .flatMap(({ name }) => [
          `DATABASE_URL_${environmentName(name)}`,
          `DATABASE_URL_${environmentName(name)}_OWNER`,
        ])
        .sort(),
    );
    const script = readFileSync(join(rootFolder, 'infra/compose/create-databases.sh'), 'utf8');
    expect(/^for name in (.+); do$/m.exec(script)?.[1]?.split(' ')).toEqual(databases);
  });

  it('waits for engines that say they are ready', () => {
    for (const name of ['postgres', 'redis', 'nats'])
      expect(container(name).healthcheck?.test).toHaveLength(2);
  });

  it('has no secret in it, and takes exactly those that write-env.mjs makes', () => {
    const required = new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map((match) => match[1]));
    expect([...required].sort()).toEqual([...written.keys()].sort());
    const tokens = services.map(
      ({ name }) => [name, written.get(`SERVICE_TOKEN_${environmentName(name)}`) ?? ''] as const,
    );
    expect(written.get('SERVICE_KEYS')).toBe(
      tokens.map(([name, token]) => `${name}=${createHash('sha256').update(token).digest('hex')}`).join(','),
    );
    expect(new Set(written.values()).size).toBe(written.size);
  });

  it('depends on nothing that is missing, and never in a circle', () => {
    const visit = (name: string, path: string[]): void => {
      expect(path).not.toContain(name);
      for (const next of Object.keys(container(name).depends_on ?? {})) visit(next, [...path, name]);
    };
    for (const name of Object.keys(compose.services)) visit(name, []);
  });
});

/** The names that the file gives a value itself. */
function made(environment: Container['environment']): string[] {
  return Object.keys(environment)
    .filter((name) => environment[name] !== null)
    .sort();
}

/** Every variable that a process's configuration names, by itself or by what all services share. */
function settingsOf(folder: string): string[] {
  const read = (path: string): string => readFileSync(join(rootFolder, path), 'utf8');
  const names = (source: string): string[] =>
    [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1] ?? '');
  const config = read(`${folder}/src/config.ts`);
  const sharing = [
    'packages/service/src/service-environment.ts',
    'packages/service/src/password-environment.ts',
    'packages/mail/src/mail-environment.ts',
  ].map(read);
  const shared = [...config.matchAll(/\.\.\.(\w+Environment)\b/g)].flatMap(([, name]) => {
    const found = sharing
      .map((source) => new RegExp(`export const ${name ?? ''} = \\{\\n[^]*?\\n\\};`).exec(source)?.[0])
      .find((text) => text !== undefined);
    if (found === undefined) throw new Error(`nobody knows what ${name ?? ''} names`);
    return names(found);
  });
  return [...names(config), ...shared];
}

/** The names that are made for the process, without what passes through from this machine or only speeds it up. */
function own(environment: Record<string, string>): string[] {
  return Object.keys(environment)
    .filter((name) => name !== 'NODE_COMPILE_CACHE')
    .filter((name) => process.env[name] === undefined || name === 'HOST' || name === 'PORT')
    .sort();
}
