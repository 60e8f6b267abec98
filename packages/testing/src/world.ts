import { createHash } from 'node:crypto';
import type { Operation } from '@pcft/contracts';
import { createId, createToken } from '@pcft/credentials';
import { expectStatus, uniqueName, type Owner } from './accounts.ts';
import type { CallInput } from './call-operation.ts';
import { sampleOf, type Schema } from './sample.ts';
import { browserOrigin, SoftwareAuthenticator } from './software-authenticator.ts';
import type { Suite } from './suite.ts';

/** One of everything, in a workspace of its own: what an operation of any kind can be tried on. */
export interface World {
  readonly owner: Owner;
  readonly app: { readonly id: string; readonly name: string };
  readonly role: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly email: string; readonly password: string };
  readonly appKey: { readonly id: string; readonly secret: string };
  readonly credential: { readonly id: string; readonly clientId: string; readonly secret: string };
  readonly project: { readonly id: string };
  /** A PAT beside the owner's, to be read and changed. */
  readonly pat: { readonly id: string; readonly secret: string };
  /** A managed policy, and a custom role that nobody has. */
  readonly policy: { readonly id: string };
  readonly workspaceRole: { readonly id: string };
  /** The membership of the owner. */
  readonly member: { readonly id: string };
  /** A user of the app in none of its tenants, without a password. */
  readonly outsider: { readonly id: string };
  /** The user is a member of it. */
  readonly tenant: { readonly id: string; readonly name: string };
  /** A pending invite of one use. */
  readonly appInvite: { readonly id: string; readonly token: string };
  /** An open invite to the workspace. */
  readonly invite: { readonly id: string };
  /** A JWT of the user. */
  readonly accessToken: string;
  /** A row of the app in the audit log. */
  readonly auditLog: { readonly id: string };
  /** A disabled sink of the log. */
  readonly sink: { readonly id: string };
  /** A session of the owner beside the one it calls with. */
  readonly session: { readonly id: string };
  /** A passkey of the owner. */
  readonly passkey: { readonly id: string };
  /** What came with it. */
  readonly refreshToken: string;
  /** Of the key that has signed it. */
  readonly kid: string;
}

/**
 * Creates a world through the public operations.
 *
 * @param options.logged false where the log cannot be waited for: `auditLog` is then the id of no row
 */
export async function createWorld(suite: Suite, { logged = true } = {}): Promise<World> {
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
  const credential = await expectStatus(
    call('createCredential', { auth, params, body: { name: 'machine', permissions: ['projects:read'] } }),
    201,
  );
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
  const outsider = await expectStatus(
    call('createUser', { auth, params, body: { email: `${uniqueName('outsider')}@example.com` } }),
    201,
  );
  const tenantName = uniqueName('tenant');
  const tenant = await expectStatus(call('createTenant', { auth, params, body: { name: tenantName } }), 201);
  await expectStatus(
    call('addTenantMember', {
      auth,
      params: { ...params, tenant: tenantName },
      body: { user_id: user.body.id, role: roleName },
    }),
    200,
  );
  const appInvite = await expectStatus(
    call('createInvite', {
      auth,
      params,
      body: { email: `${uniqueName('guest')}@example.com`, role: roleName },
    }),
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
  const ws = { ws: owner.workspace.id };
  const policy = await expectStatus(
    call('createPolicy', { auth, params: ws, body: { name: uniqueName('policy'), statements: reading } }),
    201,
  );
  const workspaceRole = await expectStatus(
    call('createWorkspaceRole', {
      auth,
      params: ws,
      body: { name: uniqueName('role'), base: 'member', statements: reading },
    }),
    201,
  );
  const invite = await expectStatus(
    call('createWorkspaceInvite', {
      auth,
      params: { ws: owner.workspace.id },
      body: { email: `${uniqueName('guest')}@example.com`, role: 'member' },
    }),
    201,
  );
  const sink = await expectStatus(call('createAuditSink', { auth, params: ws, body: webhook() }), 201);
  const { email, password } = owner;
  const signedIn = await expectStatus(call('signInWithEmail', { body: { email, password } }), 200);
  return {
    owner,
    app,
    policy: { id: policy.body.id },
    workspaceRole: { id: workspaceRole.body.id },
    invite: { id: invite.body.id },
    sink: { id: sink.body.id },
    session: { id: signedIn.body.data.session.id },
    passkey: await registerPasskey(suite, owner),
    project: { id: project.body.data.id },
    outsider: { id: outsider.body.id },
    tenant: { id: tenant.body.id, name: tenantName },
    appInvite: { id: appInvite.body.id, token: appInvite.body.token },
    role: { id: role.body.id, name: roleName },
    user: { id: user.body.id, ...credentials },
    appKey: { id: key.body.id, secret: key.body.secret },
    credential: {
      id: credential.body.id,
      clientId: credential.body.client_id,
      secret: credential.body.client_secret,
    },
    pat: await suite.mint(owner),
    member: { id: members.body.data[0].id },
    accessToken: token.body.access_token,
    auditLog: logged ? await firstRow(suite, owner, app.id) : { id: createId('aud_') },
    refreshToken: token.body.refresh_token,
    kid: kidOf(token.body.access_token),
  };
}

async function registerPasskey({ call, gatewayUrl }: Suite, { session, password }: Owner) {
  const begun = await expectStatus(
    call('beginPasskeyRegistration', { auth: session, body: { password } }),
    200,
  );
  const response = new SoftwareAuthenticator(browserOrigin(gatewayUrl)).create(begun.body.data.options);
  const body = { name: 'A passkey', response };
  const made = await expectStatus(call('finishPasskeyRegistration', { auth: session, body }), 200);
  return { id: made.body.data.id as string };
}

/** The key id in a JWT's header. */
function kidOf(token: string): string {
  const [header = ''] = token.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
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

export function idsOf({
  owner,
  app,
  role,
  user,
  appKey,
  credential,
  project,
  pat,
  member,
  policy,
  workspaceRole,
  session,
  passkey,
  invite,
  sink,
  tenant,
  appInvite,
  kid,
  auditLog,
}: World): IdsByPrefix {
  return {
    kid,
    acc: owner.id,
    ws: owner.workspace.id,
    app: app.id,
    role: role.id,
    role_name: role.name,
    usr: user.id,
    key: appKey.id,
    cred: credential.id,
    prj: project.id,
    pat: pat.id,
    mem: member.id,
    log_id: auditLog.id,
    pol: policy.id,
    rol: workspaceRole.id,
    ses: session.id,
    pky: passkey.id,
    inv: invite.id,
    snk: sink.id,
    tenant: tenant.id,
    ten: tenant.id,
    invite_id: appInvite.id,
    invite_token: appInvite.token,
  };
}

/** Ids of the same kinds that belong to nothing. */
export function absentIds(): IdsByPrefix {
  return {
    kid: createHash('sha256').update(createId('evt_')).digest('base64url'),
    acc: createId('acc_'),
    ws: createId('ws_'),
    app: createId('app_'),
    role: createId('role_'),
    role_name: uniqueName('absent'),
    cred: createId('cred_'),
    usr: createId('usr_'),
    key: createId('key_'),
    prj: createId('prj_'),
    pat: createId('pat_'),
    mem: createId('mem_'),
    log_id: createId('aud_'),
    pol: createId('pol_'),
    rol: createId('rol_'),
    ses: createId('ses_'),
    pky: createId('pky_'),
    inv: createId('inv_'),
    snk: createId('snk_'),
    tenant: uniqueName('absent'),
    ten: createId('ten_'),
    invite_id: createId('inv_'),
    invite_token: createToken('invite-token'),
  };
}

/** Which id a path parameter stands for: by its declared pattern, else by its name. */
export function kindOfParam({ params }: Operation, name: string): string {
  if (name === 'invite_id') return name; // to an app; `inv` is one to the workspace
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

/** Of a receiver that nobody is to look for. */
const webhook = () => ({
  name: uniqueName('sink'),
  kind: 'webhook',
  url: 'https://receiver.example.com/hook',
  enabled: false,
});

const reading = [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }];

/** What a body needs beyond its schema to succeed; everything else is sampled from the schema. */
const meaning: Readonly<Record<string, (world: World) => Record<string, unknown>>> = {
  signInWithEmail: ({ owner: { email, password } }) => ({ email, password }),
  updateMember: () => ({ role: 'owner' }),
  createWorkspaceInvite: () => ({ role: 'member' }),
  createPolicy: () => ({ name: uniqueName('policy'), statements: reading }),
  updatePolicy: () => ({ description: uniqueName('described') }),
  createWorkspaceRole: () => ({ name: uniqueName('role'), base: 'member', statements: reading }),
  updateWorkspaceRole: () => ({ description: uniqueName('described') }),
  introspectToken: ({ pat }) => ({ token: pat.secret }),
  createAccessToken: () => ({ kind: 'read-only' }),
  updateWorkspaceSettings: () => ({ leaked_token_action: 'revoke' }),
  updateWorkspace: () => ({ display_name: uniqueName('renamed') }),
  simulatePolicy: () => ({ action: 'workspace.read', resource: 'pcft:platform:workspace/*' }),
  createAuditSink: webhook,
  updateAuditSink: () => ({ name: uniqueName('renamed') }),
  replayPolicy: () => ({ policy: reading }),
  createApiKey: () => ({ scopes: ['user:read'] }),
  updateApiKey: () => ({ name: uniqueName('renamed') }),
  updateAccessToken: () => ({ name: uniqueName('renamed') }),
  updateApp: () => ({ display_name: uniqueName('renamed') }),
  updateAppSettings: () => ({ sign_up: 'open' }),
  updateUser: () => ({ display_name: uniqueName('renamed') }),
  assignUserRole: ({ role }) => ({ role: role.name }),
  updateRole: () => ({ display_name: uniqueName('renamed') }),
  updateCredential: () => ({ name: uniqueName('renamed') }),
  createTenant: () => ({ name: uniqueName('tenant') }),
  updateTenant: () => ({ display_name: uniqueName('renamed') }),
  addTenantMember: ({ role, outsider }) => ({ user_id: outsider.id, role: role.name }),
  updateTenantMember: ({ role }) => ({ role: role.name }),
  createInvite: ({ role }) => ({ email: `${uniqueName('guest')}@example.com`, role: role.name }),
  acceptInvite: () => ({ password: 'a long password of a guest' }),
  countSignInGuess: () => ({
    email: `${uniqueName('guest')}@example.com`,
    ip: '192.0.2.1',
    succeeded: false,
  }),
  createApp: ({ owner }) => ({ name: uniqueName('app'), workspace_id: owner.workspace.id }),
  issueToken: ({ user: { email, password } }) => ({ grant_type: 'password', email, password }),
  signUpUser: () => ({ email: `${uniqueName('user')}@example.com`, password: 'a long password of a user' }),
  signInUser: ({ user: { email, password } }) => ({ email, password }),
  refreshUserSession: ({ refreshToken }) => ({ refresh_token: refreshToken }),
  changeUserPassword: ({ user: { password } }) => ({
    current_password: password,
    new_password: 'another long password of a user',
  }),
  verifyUserTwoFactor: () => ({ challenge_token: createToken('sign-in-challenge'), code: '000000' }),
  enrolUserTotp: ({ user: { password } }) => ({ password }),
  confirmUserTotp: () => ({ code: '000000' }),
  disableUserTwoFactor: ({ user: { password } }) => ({ password }),
  renewUserRecoveryCodes: ({ user: { password } }) => ({ password }),
  acceptUserInvite: ({ appInvite }) => ({
    token: appInvite.token,
    password: 'a long password of a guest',
  }),
  switchUserTenant: ({ tenant }) => ({ tenant_id: tenant.id }),
  refreshToken: ({ refreshToken }) => ({ refresh_token: refreshToken }),
  revokeToken: () => ({ refresh_token: createToken('refresh-token') }),
  introspectAppToken: ({ accessToken }) => ({ token: accessToken }),
  authorizeBatch: ({ accessToken }) => ({
    checks: [{ token: accessToken, permission: 'projects:read' }],
  }),
  authorize: ({ accessToken }) => ({ token: accessToken, permission: 'projects:read' }),
};

/** A body that succeeds, or `undefined` where the operation takes none. */
export function bodyFor(operation: Operation, world: World): Record<string, unknown> | undefined {
  if (operation.body === null) return undefined;
  const sample = sampleOf(operation.body);
  // A list has no fields that could need more than its schema says.
  if (Array.isArray(sample)) return sample as unknown as Record<string, unknown>;
  return {
    ...(sample as Record<string, unknown>),
    ...meaning[operation.operationId]?.(world),
  };
}

/** Only what has to be there. */
function queryFor({ query }: Operation): Pick<CallInput, 'query'> {
  const sample = sampleOf(query) as Record<string, string>;
  return Object.keys(sample).length > 0 ? { query: sample } : {};
}

/** A call of the operation by the owner of the world that has nothing wrong with it. */
export function validCall(operation: Operation, world: World): CallInput {
  return {
    auth: operation.access.kind === 'end-user' ? world.accessToken : credentialFor(operation, world.owner),
    params: paramsFor(operation, idsOf(world)),
    body: bodyFor(operation, world),
    ...queryFor(operation),
  };
}

/** A pinned PAT does not speak for the account, so that is what the session is for. */
export function credentialFor(
  { access, operationId }: Operation,
  owner: Pick<Owner, 'pat' | 'session'>,
): string | null {
  if (access.kind === 'public' || access.kind === 'service') return null;
  // No token accepts an invite or changes an address.
  if (operationId === 'acceptWorkspaceInvite' || operationId === 'changeEmail') return owner.session;
  if (operationId === 'restoreWorkspace') return owner.session; // no token restores a workspace
  const account = 'authorization' in access && access.authorization.workspace.from === 'account';
  return account ? owner.session : owner.pat;
}
