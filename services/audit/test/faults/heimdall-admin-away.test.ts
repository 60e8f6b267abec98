import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

async function createApp(): Promise<string> {
  const created = await suite.call('createWorkspaceApp', {
    auth: owner.pat,
    params: { ws: owner.workspace.id },
    body: { slug: uniqueName('app'), display_name: 'An app' },
  });
  return created.body.id as string;
}

const read = (app: string) => suite.call('listAppAuditLogs', { auth: owner.pat, params: { app } });

it("an app's log is 503 only for an app that audit has not heard of", async () => {
  const [known, fresh] = [await createApp(), await createApp()];
  expect((await read(known)).status).toBe(200);
  await suite.control.whilePaused('heimdall-admin', async () => {
    expect((await read(known)).status).toBe(200);
    expect((await read(fresh)).status).toBe(503);
  });
});
