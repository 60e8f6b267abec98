import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const read = (days?: number) =>
  suite.call('readUsage', {
    asService: 'platform',
    params: { pat_id: owner.patId },
    ...(days !== undefined && { query: { days } }),
  });

describe('200', () => {
  it('is empty for a token that made no call', async () => {
    const { id } = await suite.mint(owner);
    const answer = await suite.call('readUsage', { asService: 'platform', params: { pat_id: id } });
    expect(answer.body).toEqual({ days: [], last: null });
  });

  it('has the days asked for, and the last call', async () => {
    const call = await suite.call('getWorkspace', { auth: owner.pat, params: { ws: owner.workspace.id } });
    await waitForRows(suite, { auth: owner.session, ws: owner.workspace.id }, [requestIdOf(call)]);
    await suite.database('audit', 'owner').query(
      `INSERT INTO usage_day (pat_id, day, calls, refused)
       SELECT $1, (now() AT TIME ZONE 'UTC')::date - back, 10, 0 FROM unnest(ARRAY[1, 5]) AS back`,
      [owner.patId],
    );
    const { days, last } = (await read(2)).body;
    expect(days.map(({ calls }: { calls: number }) => calls)).toEqual([10, 1]);
    expect((await read()).body.days).toHaveLength(3);
    expect(last).toMatchObject({ ip: '127.0.0.1', service: 'platform' });
  });
});

describe('403 when', () => {
  it('another service than platform asks', async () => {
    const params = { pat_id: owner.patId };
    expect((await suite.call('readUsage', { asService: 'heimdall-admin', params })).status).toBe(403);
  });
});
