import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const update = (body: object) =>
  suite.call('updateApp', { auth: world.owner.pat, params: { app: world.app.name }, body });

describe('200', () => {
  it('renames, merges metadata key by key and removes what is null', async () => {
    const first = await update({ display_name: 'Acme', metadata: { plan: 'growth', region: 'us-east-1' } });
    expect(first.body).toMatchObject({ name: world.app.name, display_name: 'Acme' });
    const second = await update({ metadata: { plan: 'free', region: null, seats: 5 } });
    expect(second.body).toMatchObject({ display_name: 'Acme', metadata: { plan: 'free', seats: 5 } });
    expect(second.body.metadata).not.toHaveProperty('region');
    expect(Date.parse(second.body.updated_at as string)).toBeGreaterThan(
      Date.parse(second.body.created_at as string),
    );
    const read = await suite.call('getApp', { auth: world.owner.pat, params: { app: world.app.id } });
    expect(read.body).toEqual(second.body);
  });

  it('loses nothing of 10 who merge at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, i) => update({ metadata: { [`k${i}`]: i } })));
    const read = await suite.call('getApp', { auth: world.owner.pat, params: { app: world.app.id } });
    for (let i = 0; i < 10; i++) expect(read.body.metadata[`k${i}`]).toBe(i);
  });
});

describe('400', () => {
  it.each([
    {},
    { name: 'another' },
    { status: 'archived' },
    { metadata: { text: 'x'.repeat(20_000) } },
    { metadata: Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`m${i}`, i])) },
  ])('with %j', async (body) => {
    await update({ metadata: { a1: 1, a2: 1, a3: 1, a4: 1, a5: 1, a6: 1 } });
    expect((await update(body)).status).toBe(400);
  });
});
