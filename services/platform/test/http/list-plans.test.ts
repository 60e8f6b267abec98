import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plans } from '@pcft/plans';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('lists what each plan allows, to everybody', async () => {
    const { body } = await suite.call('listPlans', { on: 'gateway' });
    expect(body.pagination).toMatchObject({ total: 3, has_more: false });
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['free', 'pro', 'business']);
    expect(body.data[2]).toMatchObject({ display_name: 'Business', rates: plans.business.rates });
    expect(body.data[2].features).toContain('custom_keys');
    expect(body.data[0].features).not.toContain('custom_keys');
  });

  it('pages', async () => {
    const { body } = await suite.call('listPlans', { query: { limit: 1, offset: 1 } });
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['pro']);
    expect(body.pagination).toEqual({ total: 3, limit: 1, offset: 1, has_more: true });
  });
});
