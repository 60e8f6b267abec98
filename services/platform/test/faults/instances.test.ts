import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const use = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;

describe('platform instances', () => {
  it('share nothing but their database: a revoke at one is complete everywhere', async () => {
    const second = await suite.control.startInstance('platform');
    const on = second.url as `http${string}`;
    try {
      for (let round = 0; round < 5; round++) {
        const { id, secret } = await suite.mint(owner);
        expect(await use(secret)).toBe(200);
        const params = { ws: owner.workspace.id, id };
        const revoked = await suite.call('revokeAccessToken', { auth: owner.session, params, on });
        expect(revoked.status).toBe(204);
        expect(await use(secret)).toBe(401);
        expect((await suite.call('introspect', { auth: secret })).status).toBe(401);
      }
      // What the first has done is answered again by the second, and is a use of the token there too.
      const { id, secret } = await suite.mint(owner);
      const ws = { ws: owner.workspace.id };
      const create = (at: { on?: `http${string}` }) =>
        suite.call('createAccessToken', {
          ...{ auth: secret, params: ws, body: { name: 'child', expires_in: 600, kind: 'read-only' }, ...at },
          headers: { 'idempotency-key': id },
        });
      const first = await create({});
      expect([first.status, first.text]).toEqual([201, first.text]);
      const lastUsed = async () => {
        const answer = await suite.call('getAccessToken', { auth: owner.pat, params: { ...ws, id } });
        return Date.parse(answer.body.last_used_at as string);
      };
      const usedAfter = async (moment: number) => {
        const until = Date.now() + 12_000;
        while (!((await lastUsed()) >= moment)) {
          if (Date.now() > until) throw new Error('the use was not noted');
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      await usedAfter(0);
      // Notes are a minute apart.
      await suite
        .database('platform', 'owner')
        .query(`UPDATE access_token SET last_used_at = now() - interval '1 hour' WHERE id = $1`, [id]);
      const moment = Date.now();
      const again = await create({ on });
      expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', first.text]);
      await usedAfter(moment);
    } finally {
      await suite.control.stop(second.name);
    }
  });
});

describe('a new epoch, as after a restore', () => {
  it('makes every holder join anew, and revokes stay complete all the while', async () => {
    const tokens = await Promise.all(Array.from({ length: 4 }, () => suite.mint(owner)));
    for (const { secret } of tokens) expect(await use(secret)).toBe(200);
    await suite.database('platform', 'owner').query('UPDATE epoch SET value = gen_random_uuid()::text');
    for (const { id, secret } of tokens) {
      await suite.revoke(owner, id);
      expect(await use(secret)).toBe(401);
    }
    // The holders of the old epoch are given up after 5 s and deleted after W: revokes are quick again.
    const until = Date.now() + 20_000;
    for (;;) {
      const { id } = await suite.mint(owner);
      const from = performance.now();
      await suite.revoke(owner, id);
      if (performance.now() - from < 1_000) return;
      if (Date.now() > until) throw new Error('revokes wait for holders that are gone');
    }
  });
});
