import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => {
  suite = await connectSuite();
});
afterAll(() => suite.close());

const read = (ids: string[], asService: 'audit' | 'tokens' = 'audit') =>
  suite.call('readWorkspacePlans', { asService, query: { ids: ids.join(',') } });

describe('200', () => {
  it('tells audit the plans of workspaces that there are, or were', async () => {
    const [free, pro, closed] = [
      await suite.createOwner(),
      await suite.createOwner(),
      await suite.createOwner(),
    ];
    const change = { auth: pro.session, params: { ws: pro.workspace.id }, body: { plan: 'pro' } };
    expect((await suite.call('updateWorkspacePlan', change)).status).toBe(200);
    const remove = { auth: closed.session, params: { ws: closed.workspace.id } };
    expect((await suite.call('deleteWorkspace', remove)).status).toBe(200);
    const ids = [free, pro, closed].map(({ workspace }) => workspace.id);
    const { status, body } = await read([...ids, createId('ws_')]);
    expect(status).toBe(200);
    const plans = new Map(
      (body.plans as { workspace_id: string; plan: string }[]).map((each) => [each.workspace_id, each.plan]),
    );
    expect(plans).toEqual(new Map(ids.map((id, n) => [id, n === 1 ? 'pro' : 'free'])));
  });
});

describe('400 when', () => {
  it('there are more than a hundred, or something else', async () => {
    const many = Array.from({ length: 101 }, () => createId('ws_'));
    expect((await read(many)).status).toBe(400);
    expect((await read(many.slice(0, 100))).status).toBe(200);
    expect((await read(['demo'])).status).toBe(400);
  });
});

describe('403 when', () => {
  it('another service asks', async () => {
    expect((await read([createId('ws_')], 'tokens')).status).toBe(403);
  });
});
