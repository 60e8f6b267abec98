import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const asService = 'audit';

describe('201', () => {
  it('registers a holder under a fresh id at the position of the log', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => suite.call('joinLease', { asService, body: {} })),
    );
    expect(first?.status).toBe(201);
    expect(first?.body.holder).toMatch(/^lh_/);
    expect(first?.body.holder).not.toBe(second?.body.holder);
    expect(first?.body.epoch).toBe(second?.body.epoch);
    for (const joined of [first, second])
      await suite.call('leaveLease', { asService, params: { holder: joined?.body.holder } });
  });
});

describe('401 when', () => {
  it('no service asks, whatever else it presents', async () => {
    const { pat } = await suite.createOwner();
    expect((await suite.call('joinLease', { auth: pat, body: {} })).status).toBe(401);
  });
});
