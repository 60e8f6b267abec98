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
