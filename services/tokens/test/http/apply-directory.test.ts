import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, uniqueName, type Suite } from '@pcft/testing';

let suite: Suite;

beforeAll(async () => {
  suite = await connectSuite();
});
afterAll(() => suite.close());

const put = (records: unknown, asService: 'heimdall-admin' | 'platform' = 'heimdall-admin') =>
  suite.call('applyDirectory', { asService, body: { records } });

const app = (version: number, more: object = {}) => {
  const id = createId('app_');
  const data = { workspace_id: createId('ws_'), name: uniqueName('copied'), status: 'active' };
  return { kind: 'app', id, app_id: id, version, deleted: false, data, ...more };
};

describe('200', () => {
  it('counts what was newer and what was known', async () => {
    const [one, two] = [app(1), app(1)];
    expect((await put([one])).body).toEqual({ applied: 1, known: 0 });
    expect((await put([one, two])).body).toEqual({ applied: 1, known: 1 });
    expect((await put([one, two])).body).toEqual({ applied: 0, known: 2 });
  });

  it('brings an app into force at once, and out of it', async () => {
    const record = app(1);
    await put([record]);
    expect((await suite.call('getAppJwks', { params: { app: record.data.name } })).status).toBe(200);
    await put([{ ...record, version: 2, deleted: true, data: null }]);
    expect((await suite.call('getAppJwks', { params: { app: record.data.name } })).status).toBe(404);
    expect((await put([record])).body).toEqual({ applied: 0, known: 1 });
    expect((await suite.call('getAppJwks', { params: { app: record.data.name } })).status).toBe(404);
  });
});

describe('403', () => {
  it('to a service that keeps no record', async () => {
    expect((await put([app(1)], 'platform')).status).toBe(403);
  });
});

describe('400', () => {
  it.each([
    ['an unknown kind', () => [app(1, { kind: 'tenant' })]],
    ['an id of another kind', () => [app(1, { id: createId('usr_') })]],
    ['no version', () => [app(1, { version: undefined })]],
    ['version 0', () => [app(0)]],
    ['data of a deleted record', () => [app(1, { deleted: true })]],
    ['none of one that is not', () => [app(1, { data: null })]],
    ['a field nobody knows', () => [app(1, { data: { ...app(1).data, plan: 'growth' } })]],
    ['no records', () => []],
    ['501 records', () => Array.from({ length: 501 }, () => app(1))],
  ])('refuses %s, and the whole delivery with it', async (_, bad) => {
    const good = app(1);
    const records = bad();
    expect((await put(records.length === 0 ? [] : [good, ...records])).status).toBe(400);
    expect((await suite.call('getAppJwks', { params: { app: good.data.name } })).status).toBe(404);
  });
});
