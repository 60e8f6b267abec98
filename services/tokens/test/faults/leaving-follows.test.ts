import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';
import { decodeJwt } from 'jose';
import { reasonFor, signUp } from '../http/end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const params = () => ({ app: world.app.id });
const admin = (operationId: string, more: object, body?: object) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { ...params(), ...more },
    ...(body && { body }),
  });
const refresh = (refresh_token: string) =>
  suite.call('refreshUserSession', { params: params(), body: { refresh_token } });

/** A user whose session is for a tenant. */
async function inside() {
  const user = await signUp(suite, world);
  const name = uniqueName('left');
  const { id: tenant } = (await expectStatus(admin('createTenant', {}, { name, display_name: name }), 201))
    .body as { id: string };
  const joining = { user_id: user.id, role: world.role.name };
  await expectStatus(admin('addTenantMember', { tenant }, joining), 200);
  const switching = { auth: user.access, params: params(), body: { tenant_id: tenant } };
  const { access_token: access } = (await expectStatus(suite.call('switchUserTenant', switching), 200)).body;
  return { ...user, access: access as string, tenant };
}

/** While nobody can write that the membership has ended, which everybody can still read. */
async function whileHeld(user: { id: string; tenant: string }, work: () => Promise<void>): Promise<void> {
  const client = await suite.database('tokens', 'owner').connect();
  try {
    await client.query('BEGIN');
    await client.query(
      'SELECT FROM directory_tenant_member WHERE user_id = $1 AND tenant_id = $2 FOR UPDATE',
      [user.id, user.tenant],
    );
    await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function untilEnded(access: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while ((await reasonFor(suite, world, access)) !== 'tenant_inactive') {
    if (performance.now() > deadline) throw new Error('the end of the membership did not follow');
    await sleep(100);
  }
}

describe('503: a leave that tokens cannot take yet', () => {
  it('follows, and the session goes on in none, though the call has broken off', async () => {
    const user = await inside();
    await whileHeld(user, async () => {
      const leaving = { auth: user.access, params: { ...params(), tenant_id: user.tenant } };
      expect((await suite.call('leaveUserTenant', leaving)).status).toBe(503);
      expect(await reasonFor(suite, world, user.access)).toBe('allowed');
    });
    await untilEnded(user.access);
    const { body } = await expectStatus(refresh(user.refresh), 200);
    expect(decodeJwt(body.access_token)).not.toHaveProperty('tenant');
  }, 40_000);

  it('unlike a removal by an administrator, after which the session is refused until the user is added again', async () => {
    const user = await inside();
    await whileHeld(user, async () => {
      const removing = { tenant: user.tenant, user_id: user.id };
      expect((await admin('removeTenantMember', removing)).status).toBe(503);
    });
    await untilEnded(user.access);
    expect((await refresh(user.refresh)).status).toBe(403);
    const joining = { user_id: user.id, role: world.role.name };
    await expectStatus(admin('addTenantMember', { tenant: user.tenant }, joining), 200);
    const { body } = await expectStatus(refresh(user.refresh), 200);
    expect(decodeJwt(body.access_token)['tenant']).toBe(user.tenant);
  }, 40_000);
});
