import type { Operation } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import { expectStatus, uniqueName, type Owner } from './accounts.ts';
import type { CallInput } from './call-operation.ts';
import { sampleOf, type Schema } from './sample.ts';
import type { Suite } from './suite.ts';

/** One of everything, in a workspace of its own: what an operation of any kind can be tried on. */
export interface World {
  readonly owner: Owner;
  readonly app: { readonly id: string; readonly name: string };
  readonly role: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly email: string; readonly password: string };
  readonly appKey: { readonly id: string; readonly secret: string };
  readonly project: { readonly id: string };
  /** A PAT beside the owner's, to be read and changed. */
  readonly pat: { readonly id: string; readonly secret: string };
  /** The membership of the owner. */
  readonly member: { readonly id: string };
  /** A JWT of the user. */
  readonly accessToken: string;
  /** A row of the app in the audit log. */
  readonly auditLog: { readonly id: string };
}

/** Creates a world through the public operations. */
export async function createWorld(suite: Suite): Promise<World> {
  const owner = await suite.createOwner();
  const { call } = suite;
  const auth = owner.pat;
  const name = uniqueName('app');
  const created = await expectStatus(
    call('createWorkspaceApp', {
      auth,
      params: { ws: owner.workspace.id },
      body: { slug: name, display_name: 'An app' },
    }),
    201,
  );
  const app = { id: created.body.id as string, name };
  const params = { app: app.id };
  const key = await expectStatus(call('createAppApiKey', { auth, params, body: { name: 'service' } }), 201);
  const roleName = uniqueName('r');
  const role = await expectStatus(
    call('createRole', { auth, params, body: { name: roleName, permissions: ['projects:read'] } }),
    201,
  );
  const credentials = { email: `${uniqueName('user')}@example.com`, password: 'a long password of a user' };
  const user = await expectStatus(
    call('createUser', { auth, params, body: { ...credentials, role: roleName } }),
    201,
  );
  const token = await expectStatus(
    call('issueToken', { params, body: { grant_type: 'password', ...credentials } }),
    200,
  );
  const members = await expectStatus(call('listMembers', { auth, params: { ws: owner.workspace.id } }), 200);
  const project = await expectStatus(
    call('createProject', {
      auth,
      params: { organizationId: owner.workspace.id },
      body: { name: 'A project' },
    }),
    200,
  );
  return {
    owner,
    app,
    project: { id: project.body.data.id },
    role: { id: role.body.id, name: roleName },
    user: { id: user.body.id, ...credentials },
    appKey: { id: key.body.id, secret: key.body.secret },
    pat: await suite.mint(owner),
    member: { id: members.body.data[0].id },
    accessToken: token.body.access_token,
    auditLog: await firstRow(suite, owner, app.id),
  };
}

/** Rows are in the log within two seconds. */
async function firstRow(suite: Suite, { pat, workspace }: Owner, appId: string): Promise<{ id: string }> {
  const end = performance.now() + 10_000;
  for (;;) {
    const input = { auth: pat, params: { ws: workspace.id }, query: { app_id: appId, limit: 1 } };
    const { body } = await expectStatus(suite.call('listWorkspaceAuditLogs', input), 200);
    const [row] = (body as { data: { id: string }[] }).data;
    if (row) return { id: row.id };
    if (performance.now() > end) throw new Error('no audit row of a new app');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ids of a world by prefix, for whatever a parameter or field asks for. */
export type IdsByPrefix = Readonly<Record<string, string>>;

export function idsOf(world: World): IdsByPrefix {
  const { owner, app, role, user, appKey, project, pat, member, auditLog } = world;
  return {
    acc: owner.id,
    ws: owner.workspace.id,
    app: app.id,
    role: role.id,
    usr: user.id,
    key: appKey.id,
    prj: project.id,
    pat: pat.id,
    mem: member.id,
    log_id: auditLog.id,
  };
}

/** Ids of the same kinds that belong to nothing. */
export function absentIds(): IdsByPrefix {
  return {
    acc: createId('acc_'),
    ws: createId('ws_'),
    app: createId('app_'),
    role: createId('role_'),
    usr: createId('usr_'),
    key: createId('key_'),
    prj: createId('prj_'),
    pat: createId('pat_'),
    mem: createId('mem_'),
    log_id: createId('aud_'),
  };
}

/** Which id a path parameter stands for: by its declared pattern, else by its name. */
export function kindOfParam({ params }: Operation, name: string): string {
  const { pattern = '', 'x-id': completed } = params.properties[name] as Schema;
  if (completed) return completed.slice(0, -1);
  const byPattern = /^\^([a-z]+)_/.exec(pattern)?.[1];
  if (byPattern) return byPattern;
  return name === 'id' ? 'ws' : name;
}

export function paramsFor(operation: Operation, ids: IdsByPrefix): Record<string, string> {
  return Object.fromEntries(
    Object.keys(operation.params.properties).map((name) => {
      const kind = kindOfParam(operation, name);
      return [name, ids[kind] ?? String(sampleOf(operation.params.properties[name] as Schema))];
    }),
  );
}

/** What a body needs beyond its schema to succeed; everything else is sampled from the schema. */
const meaning: Readonly<Record<string, (world: World) => Record<string, unknown>>> = {
  signInWithEmail: ({ owner: { email, password } }) => ({ email, password }),
  createAccessToken: () => ({ kind: 'read-only' }),
  updateWorkspace: () => ({ display_name: uniqueName('renamed') }),
  simulatePolicy: () => ({ action: 'workspace.read', resource: 'pcft:platform:workspace/*' }),
  createApiKey: () => ({ scopes: ['user:read'] }),
  updateApiKey: () => ({ name: uniqueName('renamed') }),
  updateAccessToken: () => ({ name: uniqueName('renamed') }),
  createApp: ({ owner }) => ({ name: uniqueName('app'), workspace_id: owner.workspace.id }),
  issueToken: ({ user: { email, password } }) => ({ grant_type: 'password', email, password }),
  authorize: ({ accessToken }) => ({ token: accessToken, permission: 'projects:read' }),
};

/** A body that succeeds, or `undefined` where the operation takes none. */
export function bodyFor(operation: Operation, world: World): Record<string, unknown> | undefined {
  if (operation.body === null) return undefined;
  return {
    ...(sampleOf(operation.body) as Record<string, unknown>),
    ...meaning[operation.operationId]?.(world),
  };
}

/** A call of the operation by the owner of the world that has nothing wrong with it. */
export function validCall(operation: Operation, world: World): CallInput {
  return {
    auth: credentialFor(operation, world.owner),
    params: paramsFor(operation, idsOf(world)),
    body: bodyFor(operation, world),
  };
}

/** A pinned PAT does not speak for the account, so that is what the session is for. */
export function credentialFor(
  { access, operationId }: Operation,
  owner: Pick<Owner, 'pat' | 'session'>,
): string | null {
  if (access.kind === 'public' || access.kind === 'service') return null;
  if (operationId === 'restoreWorkspace') return owner.session; // no token restores a workspace
  const account = 'authorization' in access && access.authorization.workspace.from === 'account';
  return account ? owner.session : owner.pat;
}
