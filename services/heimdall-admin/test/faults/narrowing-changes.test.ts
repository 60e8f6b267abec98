import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heimdallAdminOperations } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, uniqueName, validCall, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;
let archived: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  archived = await createWorld(suite);
});
afterAll(() => suite.close());

const bodies: Record<string, object> = {
  updateUser: { password: 'another password of a user' },
  updateRole: { permissions: ['comments:read'] },
  updateCredential: { rotate: true },
  updateAppSettings: { sign_up: 'closed' },
  updateTenantMember: { role: 'admin' },
  updateTenant: { status: 'archived' },
};
/** Side by side, each in an order in which none is in the way of the next; some once more, and not in force either. */
const narrowing = [
  ['updateAppSettings', 'revokeAppApiKey'],
  ['updateTenantMember', 'removeTenantMember', 'updateTenant', 'deleteTenant', 'deleteTenant'],
  ['updateUser', 'removeUserRole', 'deactivateUser', 'deactivateUser'],
  ['updateRole'],
  ['updateCredential', 'revokeCredential'],
];
const afterThose = ['deleteRole', 'deleteRole'];
const call = (operationId: string, inWorld = world) => {
  const valid = validCall(heimdallAdminOperations[operationId as 'getApp'], inWorld);
  return suite.call(operationId, { ...valid, ...(bodies[operationId] && { body: bodies[operationId] }) });
};
const door = (operationId: string, userId: string, body: object) =>
  suite.call(operationId, {
    asService: 'tokens',
    params: { app_id: archived.app.id, user_id: userId },
    body,
  });

async function refused(
  operations: readonly string[],
  send: (operationId: string) => Promise<{ status: number }>,
): Promise<void> {
  for (const operationId of operations)
    expect([operationId, (await send(operationId)).status]).toEqual([operationId, 503]);
}

async function untilFollowed(): Promise<void> {
  const deadline = Date.now() + 15_000;
  const pending = async () => {
    const { rows } = await suite
      .database('heimdall_admin')
      .query('SELECT count(*)::int AS n FROM directory_change');
    return (rows[0] as { n: number }).n;
  };
  while ((await pending()) > 0) {
    if (Date.now() > deadline) throw new Error('not brought over');
    await sleep(100);
  }
}

describe('with tokens stopped', () => {
  it('every narrowing change says 503, is not said to be in force when repeated, and follows', async () => {
    const registered = { email: `${uniqueName('late')}@acme.co`, password_hash: null };
    const newId = createId('usr_');
    await suite.control.stop('tokens');
    try {
      const change = { event: 'user.updated', display_name: 'While tokens is away' };
      const leaving = { app_id: archived.app.id, user_id: archived.user.id, tenant_id: archived.tenant.id };
      const leave = () => suite.call('leaveTenant', { asService: 'tokens', params: leaving });
      const inOneApp = async () => {
        await Promise.all(narrowing.map((operations) => refused(operations, (each) => call(each))));
        await refused(afterThose, (each) => call(each));
      };
      const inAnother = async () => {
        const register = () => door('registerUser', newId, registered);
        await refused(['registerUser', 'registerUser'], register);
        await refused(['changeUser'], () => door('changeUser', archived.user.id, change));
        await refused(['leaveTenant', 'leaveTenant'], leave);
        await refused(['archiveApp', 'archiveApp'], (each) => call(each, archived));
      };
      await Promise.all([inOneApp(), inAnother()]);
    } finally {
      await suite.control.start('tokens');
    }
    await untilFollowed();
    const decide = async ({ accessToken, owner }: World) =>
      (
        await suite.call('authorize', {
          auth: owner.pat,
          body: { token: accessToken, permission: 'projects:read' },
        })
      ).body;
    expect(await decide(world)).toMatchObject({ allowed: false, reason: 'user_inactive' });
    expect(await decide(archived)).toMatchObject({ allowed: false, reason: 'app_unknown' });
    expect((await call('deactivateUser')).status).toBe(200);
    expect((await call('deleteRole')).status).toBe(404);
    expect((await call('deleteTenant')).status).toBe(404);
    expect((await call('archiveApp', archived)).status).toBe(200);
  }, 60_000);
});
