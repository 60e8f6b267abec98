import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const leave = (holder: string, asService: 'audit' | 'tokens' = 'audit') =>
  suite.call('leaveLease', { asService, params: { holder } });
const isThere = async (holder: string) =>
  (await suite.database('platform').query('SELECT FROM lease_holder WHERE id = $1', [holder])).rows.length;

describe('204', () => {
  it('removes the holder of the service that joined with it, and no other', async () => {
    const { holder } = (await suite.call('joinLease', { asService: 'audit', body: {} })).body;
    expect((await leave(holder, 'tokens')).status).toBe(204);
    expect(await isThere(holder)).toBe(1);
    expect((await leave(holder)).status).toBe(204);
    expect(await isThere(holder)).toBe(0);
    expect((await leave(holder)).status).toBe(204);
  });

  it('lets revokes return without it', async () => {
    const owner = await suite.createOwner();
    const { holder } = (await suite.call('joinLease', { asService: 'audit', body: {} })).body;
    const revoked = async () => {
      const { id } = await suite.mint(owner);
      const from = performance.now();
      await suite.revoke(owner, id);
      return performance.now() - from;
    };
    // A holder that never acknowledges is waited for: W, 1100 ms.
    expect(await revoked()).toBeGreaterThanOrEqual(1_100);
    await leave(holder);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await revoked());
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});

describe('400 when', () => {
  it('the id is none', async () => {
    expect((await leave('lh_x')).status).toBe(400);
  });
});
