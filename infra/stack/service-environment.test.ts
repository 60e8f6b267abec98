import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { engineUrls, enginesToRun, ownDatabases } from './engine-urls.ts';
import { loadSecrets } from './secrets.ts';
import { serviceEnvironment, serviceKeys, type EnvironmentInput } from './service-environment.ts';
import { services, type ServiceDefinition } from './services.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcft-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secrets = loadSecrets(
  folder,
  ['platform', 'platform_owner'],
  services.map(({ name }) => name),
);
const input: EnvironmentInput = {
  secrets,
  urls: engineUrls({}, services, [], secrets),
  serviceUrls: {
    platform: 'http://p',
    'heimdall-admin': 'http://h',
    tokens: 'http://t',
    audit: 'http://a',
    projects: 'http://j',
  },
  publicUrl: 'http://localhost:8080',
  dataDir: '/data',
  overrides: { LIMIT_ADMIN: '7' },
};
const platform = services[0] as ServiceDefinition;

describe('the environment of a service', () => {
  afterEach(() => {
    delete process.env['SOMEBODYS_SECRET'];
    delete process.env['LIMIT_TOKEN'];
    delete process.env['SINK_FILE_DIR'];
  });

  it('holds what the caller set for the suite, and nothing else of the caller', () => {
    process.env['SOMEBODYS_SECRET'] = 'x';
    process.env['LIMIT_TOKEN'] = '9';
    process.env['SINK_FILE_DIR'] = '/sinks';
    const environment = serviceEnvironment(platform, 1234, input);
    expect(environment).toMatchObject({
      PORT: '1234',
      HOST: '127.0.0.1',
      LIMIT_ADMIN: '7',
      LIMIT_TOKEN: '9',
      SINK_FILE_DIR: '/sinks',
    });
    expect(environment).not.toHaveProperty('SOMEBODYS_SECRET');
  });

  it('holds no other service’s token, password or pepper', () => {
    for (const service of services) {
      const text = JSON.stringify(serviceEnvironment(service, 1, input));
      for (const other of services.filter(({ name }) => name !== service.name)) {
        expect(text).not.toContain(secrets.serviceTokens[other.name]);
      }
      const usesHeimdall = service.name === 'heimdall-admin' || service.name === 'tokens';
      expect(text.includes(secrets.peppers.heimdall.token)).toBe(usesHeimdall);
      expect(text.includes(secrets.peppers.platform.token)).toBe(service.name === 'platform');
      expect(text).not.toContain(secrets.databasePasswords['platform_owner']);
    }
  });

  it('lets services be checked by a digest of their token', () => {
    const keys = new Map(
      serviceKeys(secrets)
        .split(',')
        .map((pair) => pair.split('=') as [string, string]),
    );
    for (const { name } of services) {
      const digest = createHash('sha256')
        .update(secrets.serviceTokens[name] ?? '')
        .digest('hex');
      expect(keys.get(name)).toBe(digest);
    }
  });
});

describe('engines', () => {
  const everyDatabase = Object.fromEntries(
    services.map(({ name }) => [
      `DATABASE_URL_${name.toUpperCase().replaceAll('-', '_')}`,
      `postgresql://u@elsewhere/${name}`,
    ]),
  );

  it('are run by the suite unless the environment names them', () => {
    expect(enginesToRun({}, services)).toEqual(['postgres', 'redis', 'nats', 'inbox']);
    expect(enginesToRun({ REDIS_URL: 'redis://r', NATS_URL: 'nats://n' }, services)).toEqual([
      'postgres',
      'inbox',
    ]);
    expect(
      enginesToRun(
        { ...everyDatabase, REDIS_URL: 'redis://r', NATS_URL: 'nats://n', SMTP_URL: 'smtp://m' },
        services,
      ),
    ).toEqual([]);
  });

  it('are mixed where only some databases are given', () => {
    const env = {
      DATABASE_URL_PLATFORM: 'postgresql://u@elsewhere/p',
      DATABASE_URL_PLATFORM_OWNER: 'postgresql://o@elsewhere/p',
    };
    expect(ownDatabases(env, services).map(({ name }) => name)).toEqual([
      'heimdall-admin',
      'tokens',
      'audit',
      'projects',
    ]);
    const urls = engineUrls(env, services, [], secrets);
    expect(urls.database['platform']).toBe('postgresql://u@elsewhere/p');
    expect(urls.ownerDatabase['platform']).toBe('postgresql://o@elsewhere/p');
    expect(urls.database['audit']).toContain('127.0.0.1');
  });

  it('migrate as the given role where no owner is named', () => {
    const urls = engineUrls(everyDatabase, services, [], secrets);
    expect(urls.ownerDatabase).toEqual(urls.database);
  });
});
