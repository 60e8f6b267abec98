import { expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

export const userPassword = 'correct horse battery staple';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** A user who has just signed up with the world's app. */
export interface SignedUp {
  readonly id: string;
  readonly email: string;
  readonly access: string;
  readonly refresh: string;
}

export async function signUp(suite: Suite, world: World): Promise<SignedUp> {
  const email = `${uniqueName('eve')}@example.com`;
  const answer = await expectStatus(
    suite.call('signUpUser', { params: { app: world.app.id }, body: { email, password: userPassword } }),
    201,
  );
  const body = answer.body as Tokens & { user: { id: string } };
  return { id: body.user.id, email, access: body.access_token, refresh: body.refresh_token };
}

/** The same, with an address that counts as verified. */
export async function verifiedUser(suite: Suite, world: World): Promise<SignedUp> {
  const user = await signUp(suite, world);
  const params = { app: world.app.id, user_id: user.id };
  const body = { email_verified: true };
  await expectStatus(suite.call('updateUser', { auth: world.owner.pat, params, body }), 200);
  return user;
}

export async function signIn(suite: Suite, world: World, email: string, password = userPassword) {
  const answer = await expectStatus(
    suite.call('signInUser', { params: { app: world.app.id }, body: { email, password } }),
    200,
  );
  const body = answer.body as Tokens;
  return { access: body.access_token, refresh: body.refresh_token };
}

/** What authorize says of a token, to a backend of the app. */
export async function reasonFor(suite: Suite, world: World, token: string): Promise<string> {
  const body = { token, permission: 'projects:read' };
  const answer = await suite.call('authorize', { auth: world.appKey.secret, body });
  return (answer.body as { reason: string }).reason;
}

export async function settings(suite: Suite, world: World, body: object): Promise<void> {
  const params = { app: world.app.id };
  await expectStatus(suite.call('updateAppSettings', { auth: world.owner.pat, params, body }), 200);
}

/** Rows of the workspace's log, newest first, once there is one that `wanted` takes. */
export async function eventsOf(
  suite: Suite,
  world: World,
  action: string,
  wanted: (rows: readonly Record<string, unknown>[]) => boolean,
) {
  const deadline = performance.now() + 8_000;
  for (;;) {
    const answer = await suite.call('listWorkspaceAuditLogs', {
      auth: world.owner.pat,
      params: { ws: world.owner.workspace.id },
      query: { action, limit: 20 },
    });
    const rows = (answer.body as { data: Record<string, unknown>[] }).data;
    if (wanted(rows) || performance.now() > deadline) return rows;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The newest row about a user. */
export async function eventOf(suite: Suite, world: World, action: string, userId: string) {
  const isIt = ({ target_id, actor_id }: Record<string, unknown>) =>
    target_id === userId || actor_id === userId;
  return (await eventsOf(suite, world, action, (rows) => rows.some(isIt))).find(isIt);
}
