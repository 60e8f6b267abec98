import { fillPath, idsOf, operationById, paramsFor, uniqueName, type Suite, type World } from '@pcft/testing';

/** One kind of call of the steady load. Each leaves exactly one row when it is answered as expected. */
export interface CallKind {
  /** `<service> <what>`; unique. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: (requestId: string) => object;
  /** The status by which it is acknowledged: what it did, or that it was refused, has to be in the log. */
  readonly acknowledgedBy: number;
  readonly outcome: 'success' | 'denied';
  /** A gateway may send it a second time. */
  readonly isRead: boolean;
}

/** Reads, changes and denials of every service. A project's name is the request id of the call that made it. */
export async function callKinds(suite: Suite, world: World): Promise<CallKind[]> {
  const { owner, credential } = world;
  // May do nothing of what it is used for here.
  const { secret: narrow } = await suite.mint(owner, {
    policy: [{ effect: 'allow', actions: ['workspace.member.list'], resources: ['*'] }],
  });
  const as = (auth: string) => ({ authorization: `Bearer ${auth}` });
  const kind = (
    name: string,
    operationId: string,
    more: Partial<CallKind> & { readonly auth?: string } = {},
  ): CallKind => {
    const operation = operationById(operationId);
    const { auth = owner.pat, ...rest } = more;
    const isDenial = auth === narrow;
    return {
      name,
      method: operation.method,
      path: fillPath(operation.path, paramsFor(operation, idsOf(world))),
      headers: auth === '' ? {} : as(auth),
      acknowledgedBy: isDenial ? 403 : operation.success.status,
      outcome: isDenial ? 'denied' : 'success',
      isRead: operation.method === 'GET',
      ...rest,
    };
  };
  const renamed = () => ({ display_name: uniqueName('renamed') });
  const named = (requestId: string) => ({ name: requestId });
  return [
    kind('platform read', 'getWorkspace'),
    kind('platform change', 'updateWorkspace', { body: renamed }),
    kind('platform denial', 'updateWorkspace', { body: renamed, auth: narrow }),
    kind('projects read', 'listProjects'),
    kind('projects change', 'createProject', { body: named }),
    kind('projects denial', 'createProject', { body: named, auth: narrow }),
    kind('heimdall-admin read', 'getApp'),
    kind('heimdall-admin change', 'updateApp', { body: renamed }),
    kind('heimdall-admin denial', 'updateApp', { body: renamed, auth: narrow }),
    kind('tokens change', 'issueToken', {
      auth: '',
      body: () => ({
        grant_type: 'client_credentials',
        client_id: credential.clientId,
        client_secret: credential.secret,
      }),
    }),
    kind('audit read', 'listWorkspaceAuditLogs'),
    kind('audit denial', 'listWorkspaceAuditLogs', { auth: narrow }),
  ];
}
