import { setTimeout as sleep } from 'node:timers/promises';
import { createId, createToken, tokenDigestHex } from '@pcft/credentials';
import { expectStatus, type Suite, type World } from '@pcft/testing';

/** A credential of an app, put into the copy by the door that heimdall-admin uses. */
export interface Machine {
  readonly id: string;
  readonly clientId: string;
  readonly secret: string;
}

export function secretRecord(suite: Suite, secret: string, until: Date | null = null) {
  const { peppers } = suite.stack.secrets as unknown as { peppers: { heimdall: { token: string } } };
  const digest = tokenDigestHex(Buffer.from(peppers.heimdall.token, 'base64'), secret);
  return { digest, until: until?.toISOString() ?? null };
}

export async function putMachine(
  suite: Suite,
  world: World,
  machine: { id: string; clientId: string },
  version: number,
  data: object,
): Promise<void> {
  const record = {
    kind: 'credential',
    id: machine.id,
    app_id: world.app.id,
    version,
    deleted: false,
    data: {
      client_id: machine.clientId,
      name: 'billing-service',
      status: 'active',
      permissions: ['billing:read', 'billing:write'],
      ...data,
    },
  };
  await expectStatus(
    suite.call('applyDirectory', { asService: 'heimdall-admin', body: { records: [record] } }),
    200,
  );
}

export async function createMachine(suite: Suite, world: World): Promise<Machine> {
  const machine = {
    id: createId('cred_'),
    clientId: createId('svc_'),
    secret: createToken('client-secret'),
  };
  await putMachine(suite, world, machine, 1, { secrets: [secretRecord(suite, machine.secret)] });
  return machine;
}

/** What was written past the service's door: its processes learn of it with their next renewals. */
export async function announce(suite: Suite, appId: string): Promise<void> {
  await suite.database('tokens', 'owner').query(
    `WITH pos AS (UPDATE inval_pos SET n = n + 1 RETURNING n)
     INSERT INTO inval_log (n, kind, id, at) SELECT n, 'app', $1, clock_timestamp() FROM pos`,
    [appId],
  );
  await sleep(1000);
}

/** A user's record as it is, but for what is given: what heimdall-admin would send next. */
export async function putUser(suite: Suite, world: World, version: number, data: object): Promise<number> {
  const { rows } = await suite
    .database('tokens', 'owner')
    .query('SELECT email, status, password_hash, role_ids FROM directory_user WHERE id = $1', [
      world.user.id,
    ]);
  const record = {
    kind: 'user',
    id: world.user.id,
    app_id: world.app.id,
    version,
    deleted: false,
    data: { ...(rows[0] as object), ...data },
  };
  const startedAt = performance.now();
  await expectStatus(
    suite.call('applyDirectory', { asService: 'heimdall-admin', body: { records: [record] } }),
    200,
  );
  return performance.now() - startedAt;
}
