import { gatewayProcess, serviceProcess, type ClusterProcess } from './cluster-process.ts';
import type { ServiceDefinition } from '../stack/services.ts';

export interface ClusterOptions {
  /** Image that the Dockerfile makes, with its tag. */
  image: string;
  namespace: string;
  /** The gateway's origin as callers see it. */
  publicUrl: string;
}

export type Manifest = Record<string, unknown>;

const port = 8080;

/**
 * Everything of the suite that runs in a cluster, from the same table as the local stack. PostgreSQL, Redis and NATS
 * are clusters that exist: their addresses are in the secrets `<process>-environment`, made by whoever runs them.
 */
export function suiteManifests(services: readonly ServiceDefinition[], options: ClusterOptions): Manifest[] {
  const processes = [
    ...services.map((service) => serviceProcess(service, services, options.publicUrl)),
    gatewayProcess(services, options.publicUrl),
  ];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: options.namespace } },
    migration(services, options),
    ...processes.filter(keepsFiles).map((process) => volumeClaim(process, options)),
    ...processes.flatMap((process) => [
      deployment(process, options),
      serviceOf(process, options),
      disruptionBudget(process, options),
      autoscaler(process, options),
    ]),
  ];
}

function deployment(process: ClusterProcess, { image, namespace }: ClusterOptions): Manifest {
  const probe = (path: string) => ({ httpGet: { path, port }, timeoutSeconds: 3 });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(process.name, namespace),
    spec: {
      selector: { matchLabels: labels(process.name) },
      // One more before one goes: a rollout never has fewer than before.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labels(process.name) },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            fsGroup: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels(process.name) },
            },
          ],
          containers: [
            {
              name: process.name,
              image,
              workingDir: `/suite/${process.folder}`,
              command: ['node', 'src/main.ts'],
              ports: [{ name: 'http', containerPort: port }],
              env: environment(process),
              // Whatever is optional, where somebody has made them; secrets among it (METRICS_TOKEN) in the second.
              envFrom: [
                { configMapRef: { name: `${process.name}-settings`, optional: true } },
                { secretRef: { name: `${process.name}-settings`, optional: true } },
              ],
              startupProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 60 },
              readinessProbe: { ...probe('/readyz'), periodSeconds: 5 },
              livenessProbe: { ...probe('/healthz'), periodSeconds: 10, failureThreshold: 6 },
              // Endpoints are withdrawn while this sleeps; only then does SIGTERM begin the drain.
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              resources: { requests: { cpu: '250m', memory: '192Mi' }, limits: { memory: '512Mi' } },
              securityContext: confined,
              ...(keepsFiles(process) && { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
            },
          ],
          ...(keepsFiles(process) && {
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `${process.name}-data` } }],
          }),
        },
      },
    },
  };
}

/** Checkpoints of the audit log stand outside every database, on a volume that its replicas share. */
function keepsFiles({ settings }: ClusterProcess): boolean {
  return Object.values(settings).some((value) => value.startsWith('/data/'));
}

function volumeClaim({ name }: ClusterProcess, { namespace }: ClusterOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(`${name}-data`, namespace),
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '5Gi' } } },
  };
}

const confined = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Plain settings stand here; everything that is a secret or holds one comes from the process's own secret. */
function environment(process: ClusterProcess): Manifest[] {
  return [
    ...Object.entries(process.settings).map(([name, value]) => ({ name, value })),
    ...process.secrets.map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: `${process.name}-environment`, key: name } },
    })),
  ];
}

function serviceOf(process: ClusterProcess, { namespace }: ClusterOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(process.name, namespace),
    spec: { selector: labels(process.name), ports: [{ name: 'http', port, targetPort: 'http' }] },
  };
}

function disruptionBudget(process: ClusterProcess, { namespace }: ClusterOptions): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(process.name, namespace),
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(process.name) } },
  };
}

function autoscaler(process: ClusterProcess, { namespace }: ClusterOptions): Manifest {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(process.name, namespace),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: process.name },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    },
  };
}

/** Apply it and wait for its end before a rollout: migrations expand first, so the old version goes on meanwhile. */
function migration(services: readonly ServiceDefinition[], { image, namespace }: ClusterOptions): Manifest {
  const process: ClusterProcess = {
    name: 'migrate',
    folder: '',
    settings: {},
    secrets: migrationVariables(services),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata('migrate', namespace),
    spec: {
      backoffLimit: 3,
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels: labels('migrate') },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'migrate',
              image,
              workingDir: '/suite',
              command: ['node', 'infra/migrate-databases.ts'],
              env: environment(process),
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
              securityContext: confined,
            },
          ],
        },
      },
    },
  };
}

function migrationVariables(services: readonly ServiceDefinition[]): string[] {
  return services
    .map(({ name }) => `DATABASE_URL_${name.toUpperCase().replaceAll('-', '_')}`)
    .flatMap((variable) => [variable, `${variable}_OWNER`]);
}

function metadata(name: string, namespace: string): Manifest {
  return { name, namespace, labels: labels(name) };
}

function labels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'productcraft' };
}
