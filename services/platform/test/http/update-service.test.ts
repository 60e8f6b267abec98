import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const change = (service: string, enabled: boolean, auth = owner.session) =>
  suite.call('updateService', { auth, params: { ws: owner.workspace.id, service }, body: { enabled } });
const createApp = ({ pat, workspace }: Owner) =>
  suite.call('createWorkspaceApp', {
    auth: pat,
    params: { ws: workspace.id },
    body: { slug: uniqueName('app'), display_name: 'An app' },
  });

describe('200', () => {
  it('disables it in its own processes before it answers, and enables it again', async () => {
    const { id } = (await createApp(owner)).body;
    const useHeimdall = () => suite.call('getApp', { auth: owner.pat, params: { app: id } });
    for (let round = 0; round < 5; round++) {
      expect((await useHeimdall()).status).toBe(200);
      const answer = await change('heimdall', false);
      expect(answer.body).toEqual({ id: 'heimdall', display_name: 'Heimdall', enabled: false });
      const refused = await useHeimdall();
      expect([refused.status, refused.body.error.code]).toEqual([403, 'SERVICE_DISABLED']);
      expect((await change('heimdall', true)).body.enabled).toBe(true);
      const deadline = performance.now() + 1500;
      // Nothing waits for what widens: services hear of it at once, or with the next renewal of their lease.
      while ((await useHeimdall()).status !== 200) expect(performance.now()).toBeLessThan(deadline);
    }
  });

  it('says what changed in the log, and again when it was so before', async () => {
    const first = await change('audit', false);
    expect(await auditRowOf(suite, first)).toMatchObject({
      action: 'workspace.service-updated',
      required_action: 'workspace.service.update',
      target: { type: 'service', id: 'audit' },
      changes: { before: { enabled: true }, after: { enabled: false } },
    });
    const again = await change('audit', false);
    expect(again.status).toBe(200);
    expect(await auditRowOf(suite, again)).toMatchObject({
      changes: { before: { enabled: false }, after: { enabled: false } },
    });
    const params = { ws: owner.workspace.id };
    const { body } = await suite.call('listServices', { auth: owner.pat, params });
    expect(body.data[2]).toEqual({ id: 'audit', display_name: 'Audit log', enabled: false });
    await change('audit', true);
  });

  it('concerns no other workspace', async () => {
    const other = await suite.createOwner();
    await change('heimdall', false);
    expect([(await createApp(owner)).status, (await createApp(other)).status]).toEqual([403, 201]);
    await change('heimdall', true);
  });
});

describe('409 when', () => {
  it('platform would be disabled: nobody could enable anything again', async () => {
    expect((await change('platform', false)).status).toBe(409);
    expect((await change('platform', true)).status).toBe(200);
  });
});

describe('403 when', () => {
  it('a member asks', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await change('heimdall', false, member.session)).status).toBe(403);
  });
});

describe('404 when', () => {
  it('there is no such service', async () => expect((await change('billing', false)).status).toBe(404));
});
