import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const create = (body: object) =>
  suite.call('createRole', { auth: world.owner.pat, params: { app: world.app.name }, body });

describe('201', () => {
  it('answers the body of seed 001, field for field', async () => {
    const permissions = ['projects:read', 'projects:write', 'comments:read', 'comments:write'];
    const name = uniqueName('editor');
    const { status, body } = await create({ name, display_name: 'Editor', permissions });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^role_/),
        app_id: world.app.id,
        name,
        display_name: 'Editor',
        permissions,
        created_at: expect.any(String),
        updated_at: body.created_at,
      },
    ]);
  });

  it('takes the name for a display name that is missing, and no permissions at all', async () => {
    const name = uniqueName('guest');
    expect((await create({ name, permissions: [] })).body).toMatchObject({
      display_name: name,
      permissions: [],
    });
  });
});

describe('409 when the app has a role of this name', () => {
  it.each([() => 'admin', () => world.role.name])('%#', async (name) => {
    const { status, body } = await create({ name: name(), permissions: [] });
    expect([status, body.error.details]).toEqual([409, [{ field: 'name', reason: 'taken' }]]);
  });
});

describe('400', () => {
  it.each([
    ['permissions', { name: 'x' }],
    ['name', { permissions: [] }],
    ['name', { name: 'Editor', permissions: [] }],
    ['permissions', { name: 'x', permissions: ['projects'] }],
    ['permissions', { name: 'x', permissions: ['projects:read:all'] }],
    ['permissions', { name: 'x', permissions: ['pro*:read'] }],
    ['permissions', { name: 'x', permissions: ['a:b', 'a:b'] }],
    ['permissions', { name: 'x', permissions: Array.from({ length: 201 }, (_, i) => `a:b${i}`) }],
  ])('names the field %s', async (field, body) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details[0].field.split(/[.[/]/)[0]).toBe(field);
  });
});
