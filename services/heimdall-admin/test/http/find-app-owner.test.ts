import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const find = (app: string, asService: 'audit' | 'platform' = 'audit') =>
  suite.call('findAppOwner', { asService, params: { app } });

describe('200', () => {
  it('names the workspace of an app, by id and by name', async () => {
    const owner = { id: world.app.id, workspace_id: world.owner.workspace.id };
    expect((await find(world.app.id)).body).toEqual(owner);
    expect((await find(world.app.name)).body).toEqual(owner);
  });
});

describe('403', () => {
  it('for a service that has no business with it', async () => {
    expect((await find(world.app.id, 'platform')).status).toBe(403);
  });
});

describe('404', () => {
  it('for an app that does not exist', async () => {
    expect((await find(uniqueName('nobodys'))).status).toBe(404);
  });
});
