import { describe, expect, it } from '@jest/globals';
import { optionalSettings } from '../stack/optional-settings.ts';
import { services } from '../stack/services.ts';
import { suiteManifests } from './suite-manifests.ts';

interface Env {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Deployment {
  spec: {
    template: { spec: { containers: { env: Env[]; workingDir: string; [probe: string]: unknown }[] } };
  };
}

const manifests = suiteManifests(services, {
  image: 'suite:1',
  namespace: 'pcft',
  publicUrl: 'https://api.example.com',
});
const names = [...services.map(({ name }) => name), 'gateway'];

function find<Kind>(kind: string, name: string): Kind | undefined {
  return manifests.find(
    (manifest) => manifest['kind'] === kind && (manifest['metadata'] as { name: string }).name === name,
  ) as Kind;
}

function container(name: string) {
  const [first] = find<Deployment>('Deployment', name)?.spec.template.spec.containers ?? [];
  if (first === undefined) throw new Error(`${name} has no deployment`);
  return first;
}

describe('the suite in a cluster', () => {
  it.each(names)('has replicas, probes, a disruption budget and an autoscaler for %s', (name) => {
    for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler']) {
      expect([kind, find(kind, name) !== undefined]).toEqual([kind, true]);
    }
    expect(find('HorizontalPodAutoscaler', name)).toMatchObject({ spec: { minReplicas: 2 } });
    expect(container(name)).toMatchObject({
      livenessProbe: { httpGet: { path: '/healthz' } },
      readinessProbe: { httpGet: { path: '/readyz' } },
      securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    });
  });

  it('runs each service in its folder and reaches the others by name', () => {
    expect(container('tokens').workingDir).toBe('/suite/services/tokens');
    expect(container('heimdall-admin').env).toContainEqual({
      name: 'TOKENS_URL',
      value: 'http://tokens:8080',
    });
    expect(container('gateway').env).toContainEqual({ name: 'UPSTREAM_AUDIT', value: 'http://audit:8080' });
  });

  it('takes every secret from the secret of the process, and writes none down', () => {
    const secretNames =
      /(_URL$(?<!PLATFORM_URL|TOKENS_URL|HEIMDALL_ADMIN_URL|AUDIT_URL|PUBLIC_URL))|PEPPER|TOKEN$|SECRET|KEYS?$/;
    for (const name of names) {
      for (const entry of container(name).env) {
        const isSecret = secretNames.test(entry.name);
        expect([name, entry.name, entry.valueFrom !== undefined]).toEqual([name, entry.name, isSecret]);
        if (isSecret)
          expect(entry.valueFrom?.secretKeyRef).toEqual({ name: `${name}-environment`, key: entry.name });
      }
    }
    expect(container('platform').env.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'DATABASE_URL',
        'REDIS_URL',
        'NATS_URL',
        'SERVICE_TOKEN',
        'SERVICE_KEYS',
        'TOKEN_PEPPER',
      ]),
    );
  });

  it.each(names)('lets %s be given any optional setting, and needs none', (name) => {
    const { env, envFrom } = container(name);
    expect(envFrom).toEqual([
      { configMapRef: { name: `${name}-settings`, optional: true } },
      { secretRef: { name: `${name}-settings`, optional: true } },
    ]);
    // What stands in `env` beats what comes from there.
    const optional = new Set<string>(optionalSettings[name as keyof typeof optionalSettings]);
    expect(env.filter((each) => optional.has(each.name))).toEqual([]);
  });

  it('migrates every database as its owner', () => {
    const job = find<Deployment>('Job', 'migrate');
    const env = job?.spec.template.spec.containers[0]?.env.map(({ name }) => name);
    expect(env).toEqual(
      services.flatMap(({ name }) => {
        const variable = `DATABASE_URL_${name.toUpperCase().replaceAll('-', '_')}`;
        return [variable, `${variable}_OWNER`];
      }),
    );
  });
});
