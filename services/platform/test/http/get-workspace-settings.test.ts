import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('lets everything be, until somebody says otherwise', async () => {
    const { pat, workspace } = await suite.createOwner();
    const { body } = await suite.call('getWorkspaceSettings', { auth: pat, params: { ws: workspace.slug } });
    expect(body).toEqual({
      max_token_lifetime_seconds: null,
      who_may_mint: 'member',
      leaked_token_action: 'revoke',
    });
  });
});
