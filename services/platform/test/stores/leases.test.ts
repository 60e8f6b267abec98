import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@pcft/auth';
import { ChangeCommitter } from '../../src/invalidation/change-committer.ts';
import { PostgresLeaseStore } from '@pcft/lease-postgres';
import { createScratchPlatform, type ScratchPlatform } from './scratch-platform.ts';

let scratch: ScratchPlatform;
let leases: PostgresLeaseStore;
beforeAll(async () => {
  scratch = await createScratchPlatform();
  leases = new PostgresLeaseStore(scratch.database);
});
afterAll(() => scratch.close());

async function change(id: string): Promise<void> {
  const changes = new ChangeCommitter({
    database: scratch.database,
    clock: systemClock,
    barrier: { passed: async () => 'waited' },
  });
  await changes.commit(async () => ({
    result: null,
    invalidates: [{ kind: 'credential', id }],
    narrows: false,
  }));
}

async function age(holder: string, seconds: number): Promise<void> {
  await scratch.database.$executeRaw`
    UPDATE lease_holder SET touched_at = now() - ${seconds}::int * interval '1 second' WHERE id = ${holder}`;
}

async function touchedSecondsAgo(holder: string): Promise<number> {
  const [row] = await scratch.database.$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM now() - touched_at)::float8 AS seconds FROM lease_holder WHERE id = ${holder}`;
  return row?.seconds ?? NaN;
}

describe('a holder', () => {
  it('joins at the position of the log, and reads what follows', async () => {
    await change('a');
    const { holder, n, epoch } = await leases.join('audit');
    await change('b');
    await change('c');
    expect(await leases.renew(holder, 'audit', n)).toEqual({
      open: true,
      epoch,
      n: n + 2,
      rows: [
        { n: n + 1, kind: 'credential', id: 'b' },
        { n: n + 2, kind: 'credential', id: 'c' },
      ],
    });
    expect(await leases.renew(holder, 'audit', n + 2)).toMatchObject({ n: n + 2, rows: [] });
  });

  it('is unknown under another service, after leaving, and under an invented id', async () => {
    const { holder } = await leases.join('audit');
    expect(await leases.renew(holder, 'tokens', 0)).toEqual({ open: false });
    await leases.leave(holder, 'tokens');
    expect(await leases.renew(holder, 'audit', 0)).toMatchObject({ open: true });
    await leases.leave(holder, 'audit');
    expect(await leases.renew(holder, 'audit', 0)).toEqual({ open: false });
    expect(await leases.renew('lh_00000000000000000000000000', 'audit', 0)).toEqual({ open: false });
  });

  it('is told when rows after its position are gone', async () => {
    const { holder, n } = await leases.join('audit');
    await change('d');
    await change('e');
    await scratch.database.$executeRaw`DELETE FROM inval_log WHERE n <= ${n + 1}`;
    expect(await leases.renew(holder, 'audit', n)).toMatchObject({ open: true, n: n + 2, rows: null });
    expect(await leases.renew(holder, 'audit', n + 1)).toMatchObject({
      rows: [{ n: n + 2, kind: 'credential', id: 'e' }],
    });
  });

  it('is told the same when it is very far behind', async () => {
    const { holder } = await leases.join('audit');
    await scratch.database.$executeRaw`
      WITH position AS (UPDATE inval_pos SET n = n + 6000 RETURNING n)
      INSERT INTO inval_log (n, kind, id, at)
      SELECT position.n - 6000 + i, 'credential', 'x', now() FROM position, generate_series(1, 6000) AS i`;
    const { n } = await leases.join('audit');
    expect(await leases.renew(holder, 'audit', n - 5_001)).toMatchObject({ open: true, n, rows: null });
    const near = await leases.renew(holder, 'audit', n - 5_000);
    expect(near.open && near.rows?.length).toBe(5_000);
  });

  it('touches its row when that was not touched for 2 s, and no more often', async () => {
    const { holder } = await leases.join('audit');
    await age(holder, 1);
    await leases.renew(holder, 'audit', 0);
    expect(await touchedSecondsAgo(holder)).toBeGreaterThanOrEqual(1);
    await age(holder, 3);
    await leases.renew(holder, 'audit', 0);
    expect(await touchedSecondsAgo(holder)).toBeLessThan(1);
  });

  it('is closed after 5 s of silence, for good, and waited for until it is deleted', async () => {
    const { holder } = await leases.join('audit');
    await age(holder, 4);
    expect(await leases.closeSilent()).not.toContain(holder);
    await age(holder, 6);
    expect(await leases.closeSilent()).toContain(holder);
    expect(await leases.renew(holder, 'audit', 0)).toEqual({ open: false });
    expect(await touchedSecondsAgo(holder)).toBeGreaterThan(5);
    expect(await leases.holders()).toContain(holder);
    await leases.deleteClosed([holder]);
    expect(await leases.holders()).not.toContain(holder);
  });

  it('is not deleted while it is open', async () => {
    const { holder } = await leases.join('audit');
    await leases.deleteClosed([holder]);
    expect(await leases.holders()).toContain(holder);
  });
});

describe('the epoch', () => {
  it('is the same for joining, renewing and changing', async () => {
    const { holder, epoch } = await leases.join('audit');
    expect(await leases.renew(holder, 'audit', 0)).toMatchObject({ epoch });
    expect(await leases.epoch()).toBe(epoch);
  });

  it('is another one when the operator says that the database was restored', async () => {
    const before = await leases.epoch();
    await scratch.owner.$executeRaw`UPDATE epoch SET value = gen_random_uuid()::text`;
    expect(await leases.epoch()).not.toBe(before);
  });
});
