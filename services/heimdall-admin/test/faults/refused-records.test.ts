import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());
afterEach(() => query('DELETE FROM directory_change WHERE app_id = $1', [world.app.id]));

const query = (sql: string, values: unknown[] = []) =>
  suite.database('heimdall_admin', 'owner').query(sql, values);

/** Queues users as a heimdall-admin newer than this tokens service would: with a field that tokens does not know. */
async function queueRefused(ids: readonly string[], version = 1): Promise<void> {
  await query(
    `INSERT INTO directory_change (kind, id, app_id, version, deleted, data)
     SELECT 'user', id, $2, $3, false, jsonb_build_object('email', lower(id) || '@acme.co', 'status', 'active',
       'password_hash', null, 'role_ids', '[]'::jsonb, 'of_tomorrow', 1)
     FROM unnest($1::text[]) AS given (id)`,
    [ids, world.app.id, version],
  );
}

const waiting = async (ids: readonly string[]) => {
  const { rows } = await query('SELECT count(*)::int AS n FROM directory_change WHERE id = ANY($1)', [ids]);
  return (rows[0] as { n: number }).n;
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(100);
  }
}

describe('records that tokens refuses', () => {
  it('hold up nothing else, however many they are, and follow once they are taken', async () => {
    const params = { app: world.app.id };
    const body = { name: 'to be revoked' };
    const key = (
      await expectStatus(suite.call('createAppApiKey', { auth: world.owner.pat, params, body }), 201)
    ).body as { id: string; secret: string };
    const decide = () =>
      suite.call('authorize', {
        auth: key.secret,
        body: { token: world.accessToken, permission: 'projects:read' },
      });
    expect((await decide()).status).toBe(200);
    // More than the relay reads at once.
    const ids = Array.from({ length: 520 }, () => createId('usr_'));
    await queueRefused(ids);
    await suite.control.stop('tokens');
    try {
      const revoking = { auth: world.owner.pat, params: { ...params, id: key.id } };
      expect((await suite.call('revokeAppApiKey', revoking)).status).toBe(503);
    } finally {
      await suite.control.start('tokens');
    }
    await until('the revocation', async () => (await waiting([key.id])) === 0);
    expect((await decide()).status).toBe(401);
    expect(await waiting(ids)).toBe(ids.length);
    // As after an upgrade of tokens: what it has refused it takes.
    await query(`UPDATE directory_change SET data = data - 'of_tomorrow' WHERE id = ANY($1)`, [ids]);
    await until('what was refused', async () => (await waiting(ids)) === 0);
    const { rows } = await suite
      .database('tokens')
      .query('SELECT count(*)::int AS n FROM directory_user WHERE id = ANY($1)', [ids]);
    expect(rows).toEqual([{ n: ids.length }]);
  }, 90_000);

  it('hold up no later version of the same user, and do not undo it when they are taken', async () => {
    const id = createId('usr_');
    await queueRefused([id]);
    await query(
      `INSERT INTO directory_change (kind, id, app_id, version, deleted) VALUES ('user', $1, $2, 2, true)`,
      [id, world.app.id],
    );
    await until('the deletion', async () => (await waiting([id])) === 1);
    const copy = async () =>
      (
        await suite
          .database('tokens')
          .query('SELECT version, deleted FROM directory_user WHERE id = $1', [id])
      ).rows as unknown[];
    expect(await copy()).toEqual([{ version: 2, deleted: true }]);
    await query(`UPDATE directory_change SET data = data - 'of_tomorrow' WHERE id = $1`, [id]);
    await until('the first version', async () => (await waiting([id])) === 0);
    expect(await copy()).toEqual([{ version: 2, deleted: true }]);
  }, 40_000);
});
