import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
const asService = 'audit';
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const join = async () =>
  (await suite.call('joinLease', { asService, body: {} })).body as { holder: string; n: number };
const leave = (holder: string) => suite.call('leaveLease', { asService, params: { holder } });
const renew = (holder: string, after: number, more: object = { asService }) =>
  suite.call('renewLease', { params: { holder }, body: { after }, ...more });

describe('200', () => {
  it('brings the rows after the position: a revoke, a sign-out, a new workspace', async () => {
    const { holder, n } = await join();
    const rows: { n: number; kind: string; id: string }[] = [];
    let applied = n;
    const readOn = async () => {
      const { body } = await renew(holder, applied);
      expect(body).toMatchObject({ open: true, pruned: false });
      rows.push(...body.rows);
      applied = body.n;
    };
    // This holder acknowledges nothing, so each revoke takes W; renewing in between keeps it open.
    const owner = await suite.createOwner();
    const sessionId = (await suite.call('introspect', { auth: owner.session })).body.principal.id as string;
    await readOn();
    await suite.revoke(owner, owner.patId);
    await readOn();
    await suite.call('signOut', { auth: owner.session });
    await readOn();
    await leave(holder);

    expect(rows.map((row) => row.n)).toEqual(rows.map((_, i) => n + 1 + i));
    expect(applied).toBe(rows.at(-1)?.n);
    const said = rows.map(({ kind, id }) => `${kind} ${id}`);
    expect(said.filter((row) => row === `credential ${owner.patId}`)).toHaveLength(2);
    expect(said).toContain(`account ${owner.id}`);
    expect(said).toContain(`workspace ${owner.workspace.id}`);
    expect(said).toContain(`member ${owner.id}:${owner.workspace.id}`);
    expect(said.filter((row) => row === `credential ${sessionId}`)).toHaveLength(2);
  });

  it('tells a holder that is closed or unknown nothing but that', async () => {
    expect((await renew('lh_00000000000000000000000000', 0)).body).toEqual({ open: false });
    const { holder } = await join();
    expect((await renew(holder, 0, { asService: 'tokens' })).body).toEqual({ open: false });
    await suite
      .database('platform')
      .query('UPDATE lease_holder SET closed_at = now() WHERE id = $1', [holder]);
    expect((await renew(holder, 0)).body).toEqual({ open: false });
    await leave(holder);
  });
});

describe('400 when', () => {
  it.each([-1, 1.5, '1', null])('the position is %j', async (after) => {
    const answer = await renew('lh_00000000000000000000000000', after as number);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'after']);
  });
});

describe('401 when', () => {
  it('no service asks', async () => {
    expect((await renew('lh_00000000000000000000000000', 0, {})).status).toBe(401);
  });
});
