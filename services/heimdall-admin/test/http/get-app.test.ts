import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const get = (app: string, auth = world.owner.pat) => suite.call('getApp', { auth, params: { app } });

describe('200', () => {
  it('by id and by name the same', async () => {
    const [byId, byName] = [await get(world.app.id), await get(world.app.name)];
    expect(byId.status).toBe(200);
    expect(byId.body).toMatchObject({ id: world.app.id, name: world.app.name });
    expect(byName.body).toEqual(byId.body);
  });

  it('with a PAT that is bound to this app, addressed by name', async () => {
    const { secret } = await suite.mint(world.owner, {
      policy: [
        { effect: 'allow', actions: ['heimdall.*'], resources: [`pcft:heimdall:app/${world.app.id}`] },
      ],
    });
    expect((await get(world.app.name, secret)).status).toBe(200);
  });
});

describe('403 when the PAT is bound to another app', () => {
  it('names what was needed', async () => {
    const { body: other } = await suite.call('createApp', {
      auth: world.owner.pat,
      body: { name: `${world.app.name}-2`, display_name: 'Another' },
    });
    const { secret } = await suite.mint(world.owner, {
      policy: [
        { effect: 'allow', actions: ['heimdall.*'], resources: [`pcft:heimdall:app/${world.app.id}`] },
      ],
    });
    const { status, headers, body } = await get(other.id as string, secret);
    expect([status, headers['x-required-action']]).toEqual([403, 'heimdall.app.read']);
    expect(body.error.details[0].reason).toContain(`pcft:heimdall:app/${other.id as string}`);
  });
});

describe('404 when there is no such app', () => {
  it.each(['no-such-app', 'app_01HQ3KXFG60000000000000000', 'APP', 'app_short'])('%s', async (app) => {
    expect((await get(app)).status).toBe(404);
  });
});
