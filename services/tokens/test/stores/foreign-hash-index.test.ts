import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreignHashKinds } from '@pcft/database';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

describe.each([
  ['heimdall_admin', 'app_user'],
  ['tokens', 'directory_user'],
] as const)('the kinds of foreign hashes in %s', (database, table) => {
  it('are found among 20,000 users of an app without reading them', async () => {
    const statements = suite.database(database, 'owner');
    // In one transaction that is taken back: copies of a user, every hundredth with an imported hash of one of two kinds.
    const copies = `
      INSERT INTO ${table} SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', 'usr_copy' || n, 'email_key', 'copy' || n,
        'password_hash', CASE WHEN n % 100 = 0 THEN '$2b$' || (11 + n / 100 % 2) || '$' || repeat('a', 53) ELSE 'v1$2b$10$' || n END))).*
      FROM ${table} one, generate_series(1, 20000) n WHERE one.id = '${world.user.id}'`;
    let kinds: unknown[] = [];
    let plan = '';
    const client = {
      async $queryRawUnsafe<T>(sql: string, appId: unknown): Promise<T> {
        // Several statements in one message take no parameters.
        const bound = sql.replaceAll('$1', `'${String(appId)}'`);
        const all = `BEGIN; ${copies}; ANALYZE ${table}; EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${bound}; ${bound}; ROLLBACK`;
        const results = (await statements.query(all)) as unknown as { rows: Record<string, string>[] }[];
        const [explained, found] = results.slice(3);
        plan = (explained?.rows ?? []).map((row) => row['QUERY PLAN']).join('\n');
        kinds = (found?.rows ?? []).map((row) => row['kind']);
        return found?.rows as T;
      },
    };
    await foreignHashKinds(client, table, world.app.id);
    expect(kinds).toEqual(['$2b$11', '$2b$12']);
    expect(plan).toContain(`using ${table}_foreign_hash_idx`);
    expect(plan).not.toMatch(/Seq Scan|Sort|Bitmap/);
    // The first line of buffers is of the whole statement; all users are many hundreds of pages.
    const [, hit = NaN, read = 0] = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
    expect(Number(hit) + Number(read)).toBeLessThan(50);
  });
});
