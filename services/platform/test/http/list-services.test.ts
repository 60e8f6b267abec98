import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('lists what the workspace can use', async () => {
    const { pat, workspace } = await suite.createOwner();
    const { body } = await suite.call('listServices', { auth: pat, params: { ws: workspace.id } });
    expect(body.data).toEqual([
      { id: 'platform', display_name: 'Platform', enabled: true },
      { id: 'heimdall', display_name: 'Heimdall', enabled: true },
      { id: 'audit', display_name: 'Audit log', enabled: true },
      { id: 'projects', display_name: 'Projects', enabled: true },
    ]);
  });

  it('says which are switched off, and they refuse', async () => {
    const { pat, workspace } = await suite.createOwner();
    const database = suite.database('platform');
    await database.query(`INSERT INTO workspace_service (workspace_id, service) VALUES ($1, 'heimdall')`, [
      workspace.id,
    ]);
    const { body } = await suite.call('listServices', {
      auth: pat,
      params: { ws: workspace.id },
      query: { offset: 1, limit: 1 },
    });
    expect(body.data).toEqual([{ id: 'heimdall', display_name: 'Heimdall', enabled: false }]);
    const refused = await suite.call('createWorkspaceApp', {
      auth: pat,
      params: { ws: workspace.id },
      body: { slug: 'switched-off-app', display_name: 'No' },
    });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'SERVICE_DISABLED']);
  });
});
