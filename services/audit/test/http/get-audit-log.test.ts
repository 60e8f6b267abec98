import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows, type WireRow } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let appId: string;
let ofApp: WireRow;
let ofWorkspace: WireRow;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  const params = { ws: owner.workspace.id };
  const made = await suite.call('createWorkspaceApp', {
    auth: owner.pat,
    params,
    body: { slug: uniqueName('row'), display_name: 'Row' },
  });
  appId = made.body.id;
  const listed = await suite.call('listMembers', { auth: owner.pat, params });
  await waitForRows(suite, { auth: owner.pat, ws: params.ws }, [made, listed].map(requestIdOf));
  const rowOf = async (requestId: string): Promise<WireRow> => {
    const query = { request_id: requestId };
    const [row] = rowsIn(await suite.call('listWorkspaceAuditLogs', { auth: owner.pat, params, query }));
    if (!row) throw new Error('the row is not there');
    return row;
  };
  [ofApp, ofWorkspace] = [await rowOf(requestIdOf(made)), await rowOf(requestIdOf(listed))];
});
afterAll(() => suite.close());

const get = (id: unknown, auth: string = owner.pat) =>
  suite.call('getAppAuditLog', { auth, params: { app: appId, log_id: id as string } });
const getFromWorkspace = (id: unknown, auth: string = owner.pat) =>
  suite.call('getWorkspaceAuditLog', { auth, params: { ws: owner.workspace.id, log_id: id as string } });

describe('200', () => {
  it('gives the row as the list does', async () => {
    expect((await get(ofApp['id'])).body).toEqual(ofApp);
    expect((await getFromWorkspace(ofApp['id'])).body).toEqual(ofApp);
    expect((await getFromWorkspace(ofWorkspace['id'])).body).toEqual(ofWorkspace);
  });
});

describe('404', () => {
  it('for a row of the workspace that is not about the app, one of another workspace, and none', async () => {
    const stranger = await suite.createOwner();
    const absent = await get(createId('aud_'));
    const answers = [
      await get(ofWorkspace['id']),
      await get(ofApp['id'], stranger.pat),
      await getFromWorkspace(ofApp['id'], stranger.pat),
      await suite.call('getWorkspaceAuditLog', {
        auth: stranger.pat,
        params: { ws: stranger.workspace.id, log_id: ofApp['id'] as string },
      }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body.error.message).toBe(absent.body.error.message);
    }
  });
});
