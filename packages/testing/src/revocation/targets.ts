import { workspaceServiceOf, type ServiceName } from '@pcft/contracts';
import { fillPath, operationById } from '../operation-by-id.ts';
import { sendRequest } from '../send-request.ts';
import type { Suite } from '../suite.ts';
import { bodyFor, idsOf, paramsFor, type World } from '../world.ts';

/** Something a PAT can be tried on, again and again. */
export interface Target {
  /** `heimdall-admin getApp at http://…` */
  readonly name: string;
  /** As a workspace switches it on and off. */
  readonly service: string;
  /** Whether the action is one of admins. */
  readonly forAdmins: boolean;
  send(secret: string): Promise<number>;
  accepts(status: number): boolean;
}

/** Where the processes of a suite are: every instance of each service, and the gateway before all of them. */
export interface SuiteOrigins {
  readonly gateway: string;
  readonly services: Readonly<Record<ServiceName, readonly string[]>>;
}

export function originsOf({ gatewayUrl, stack: { serviceUrls } }: Suite): SuiteOrigins {
  const services = Object.entries(serviceUrls).map(([name, url]) => [name, [url]] as const);
  return {
    gateway: gatewayUrl,
    services: Object.fromEntries(services) as unknown as SuiteOrigins['services'],
  };
}

interface Probe {
  readonly operationId: string;
  readonly forAdmins: boolean;
  /** Sent in place of a valid body. It is refused last, with 400: whoever gets that far was let in. */
  readonly rawBody?: string;
}

/** One call per service, changing nothing; two at platform, whose reads are open to every member. */
const probes: readonly Probe[] = [
  { operationId: 'getApp', forAdmins: true },
  { operationId: 'authorize', forAdmins: true },
  { operationId: 'listWorkspaceAuditLogs', forAdmins: true },
  { operationId: 'getWorkspace', forAdmins: false },
  { operationId: 'updateWorkspace', forAdmins: true, rawBody: '[]' },
  { operationId: 'listProjects', forAdmins: false },
];

/** Every probe at every instance of its service, and through the gateway. */
export function revocationTargets(world: World, origins: SuiteOrigins): Target[] {
  return probes.flatMap(({ operationId, forAdmins, rawBody }) => {
    const operation = operationById(operationId);
    const valid = bodyFor(operation, world);
    const body = rawBody ?? (valid && JSON.stringify(valid));
    const path = fillPath(operation.path, paramsFor(operation, idsOf(world)));
    return [...origins.services[operation.service], origins.gateway].map((origin) => ({
      name: `${operation.service} ${operationId} at ${origin === origins.gateway ? 'the gateway' : origin}`,
      service: workspaceServiceOf[operation.service],
      forAdmins,
      // Not through `suite.call`: checking contracts would cost the load that is wanted here.
      send: async (secret: string) => {
        const { status, text } = await sendRequest({
          origin,
          method: operation.method,
          path,
          headers: {
            authorization: `Bearer ${secret}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
        });
        // To whom the app is not visible, authorize says so with 200: what others are told with 404.
        return status === 200 && text.includes('"reason":"app_unknown"') ? 404 : status;
      },
      accepts: (status: number) =>
        (status >= 200 && status < 300) || (rawBody !== undefined && status === 400),
    }));
  });
}
