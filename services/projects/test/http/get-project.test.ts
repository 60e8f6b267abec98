import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const organizationId = () => owner.workspace.id;
const create = async (by: Owner = owner) =>
  (
    await suite.call('createProject', {
      auth: by.pat,
      params: { organizationId: by.workspace.id },
      body: { name: 'Website' },
    })
  ).body.data;
const get = (projectId: string, organization = organizationId(), auth = owner.session) =>
  suite.call('getProject', { auth, params: { organizationId: organization, projectId } });

describe('200', () => {
  it('takes both forms of both ids', async () => {
    const project = await create();
    for (const answer of [await get(project.id), await get(project.id.slice(4), organizationId().slice(3))])
      expect(answer.body).toEqual({
        success: true,
        status: 200,
        code: 'OK',
        message: 'Project fetched successfully',
        data: project,
      });
  });

  it('is decided on the URN of the project', async () => {
    const [mine, other] = [await create(), await create()];
    const { secret } = await suite.mint(owner, {
      policy: [
        {
          effect: 'allow',
          actions: ['projects.project.read'],
          resources: [`pcft:projects:project/${mine.id}`],
        },
      ],
    });
    expect((await get(mine.id.slice(4), organizationId(), secret)).status).toBe(200);
    expect((await get(other.id.slice(4), organizationId(), secret)).body.code).toBe('API_KEY_MISSING_SCOPES');
  });
});

describe('404 when', () => {
  it('it is in another organization, also in one of the same account, or nowhere', async () => {
    const foreign = await create(await suite.createOwner());
    for (const id of [foreign.id, 'prj_01HZ3K5R4X9Y2V6QF8TJ7W0CDN']) {
      const { status, body } = await get(id);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    }
    const mine = await create();
    const second = await suite.call('createWorkspace', {
      auth: owner.session,
      body: { slug: `second-${owner.workspace.slug}`.slice(0, 60), display_name: 'Second' },
    });
    expect((await get(mine.id, second.body.id)).status).toBe(404);
  });
});
