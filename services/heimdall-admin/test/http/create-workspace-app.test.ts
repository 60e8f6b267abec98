import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const create = (body: object, ws = owner.workspace.slug) =>
  suite.call('createWorkspaceApp', { auth: owner.pat, params: { ws }, body });

describe('201', () => {
  it.each(['id', 'slug'] as const)('in the workspace named by %s, as seed 000 calls it', async (by) => {
    const slug = uniqueName('acme-staging');
    const { status, body } = await create({ slug, display_name: 'Acme (staging)' }, owner.workspace[by]);
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        slug,
        name: slug,
        workspace_id: owner.workspace.id,
        display_name: 'Acme (staging)',
      }),
    ]);
  });
});

describe('409 when the slug is taken', () => {
  it('says which field', async () => {
    const slug = uniqueName('acme');
    await create({ slug, display_name: 'Acme' });
    const { status, body } = await create({ slug, display_name: 'Acme' });
    expect([status, body.error.details]).toEqual([409, [{ field: 'slug', reason: 'taken' }]]);
  });
});

describe('400', () => {
  it.each([
    ['slug', { display_name: 'Acme' }],
    ['slug', { slug: 'no spaces', display_name: 'Acme' }],
    ['name', { slug: 'acme', name: 'acme', display_name: 'Acme' }],
  ])('names the field %s of %j', async (field, body) => {
    const answer = await create(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });
});
