import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { provisionDatabases } from '../databases/provision-databases.ts';
import type { Engine } from '../engines/engine.ts';
import { startLocalEngines } from '../engines/local-engines.ts';
import { removePostgresFolder } from '../engines/postgres-folder.ts';
import { ProcessLedger } from '../processes/process-ledger.ts';
import { cacheFolder } from '../root-folder.ts';
import { superuserUrl } from '../stack/engine-urls.ts';
import { loadSecrets, type Secrets } from '../stack/secrets.ts';
import { migrateDatabase } from './migrate-database.ts';
import { schemaDrift } from './schema-drift.ts';

const schema = `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model Note {
  id   String @id
  body String

  @@map("note")
}
`;
const createNote = `CREATE TABLE "note" ("id" TEXT NOT NULL, "body" TEXT NOT NULL, CONSTRAINT "note_pkey" PRIMARY KEY ("id"));`;

describe('migrating a database', () => {
  let dataDir: string;
  let engines: Engine[];
  let secrets: Secrets;
  let folder: string;
  let name: string;
  let number = 0;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'pcft-migrate-'));
    secrets = loadSecrets(dataDir, [], []);
    const context = {
      dataDir,
      cacheDir: cacheFolder,
      ledger: new ProcessLedger(dataDir, 'test'),
      log: () => undefined,
    };
    engines = await startLocalEngines(context, secrets, ['postgres'], []);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    removePostgresFolder(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    number += 1;
    name = `notes_${number}`;
    folder = join(dataDir, name);
    write('schema.prisma', schema);
    await provisionDatabases(superuserUrl(engines, secrets), [
      { name, password: 'runtime', ownerPassword: 'owner' },
    ]);
  });

  it('applies each migration once, function bodies with semicolons included', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    write(
      'migrations/2_guard_note/migration.sql',
      `CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'a;b'; RETURN NEW; END; $$;`,
    );
    expect(await migrate()).toEqual(['1_create_note', '2_guard_note']);
    expect(await migrate()).toEqual([]);
  });

  it('leaves nothing of a migration that fails half-way, and takes it once it is mended', async () => {
    write('migrations/1_create_note/migration.sql', `${createNote} SELECT 1 / 0;`);
    await expect(migrate()).rejects.toThrow(/division by zero/);
    expect(await rows(`SELECT to_regclass('note') AS found`, 'owner')).toEqual([{ found: null }]);
    write('migrations/1_create_note/migration.sql', createNote);
    expect(await migrate()).toEqual(['1_create_note']);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    await migrate();
    write('migrations/1_create_note/migration.sql', `${createNote} -- changed`);
    await expect(migrate()).rejects.toThrow(
      'migrations are immutable, but these changed after they were applied: 1_create_note',
    );
  });

  it('refuses a database that a newer version has migrated', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    write('migrations/2_add_index/migration.sql', 'CREATE INDEX note_body ON note (body);');
    await migrate();
    rmSync(join(folder, 'prisma/migrations/2_add_index'), { recursive: true });
    await expect(migrate()).rejects.toThrow('it was migrated by a newer one');
  });

  it('lets the runtime role read and write rows, and nothing else', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    await migrate();
    await rows(`INSERT INTO note VALUES ('1', 'text')`, 'runtime');
    expect(await rows('SELECT id FROM note', 'runtime')).toEqual([{ id: '1' }]);
    for (const sql of [
      'CREATE TABLE other (id int)',
      'DROP TABLE note',
      'TRUNCATE note',
      'SELECT * FROM _prisma_migrations',
    ]) {
      await expect(rows(sql, 'runtime')).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it('runs the only statement of a script outside a transaction, so that an index can be made beside writers', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    const index = 'CREATE INDEX CONCURRENTLY note_body_idx ON note (body);';
    write('migrations/2_find_note/migration.sql', `-- The only statement.\n${index}`);
    expect(await migrate()).toEqual(['1_create_note', '2_find_note']);
    const valid = `SELECT indisvalid FROM pg_index WHERE indexrelid = 'note_body_idx'::regclass`;
    expect(await rows(valid, 'owner')).toEqual([{ indisvalid: true }]);
    write('migrations/3_find_note/migration.sql', `SELECT 1; ${index}`);
    await expect(migrate()).rejects.toThrow('cannot run inside a transaction block');
  });

  it('takes the grants of the service where it has its own, also when they become narrower', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    await migrate();
    write(
      'grants.sql',
      'GRANT USAGE ON SCHEMA public TO {{runtime_role}}; GRANT SELECT ON note TO {{runtime_role}};',
    );
    await migrate();
    await expect(rows(`INSERT INTO note VALUES ('1', 'text')`, 'runtime')).rejects.toThrow(
      'permission denied',
    );
    expect(await rows('SELECT id FROM note', 'runtime')).toEqual([]);
  });

  it('keeps other roles out of the database', async () => {
    await provisionDatabases(superuserUrl(engines, secrets), [
      { name: 'stranger', password: 'runtime', ownerPassword: 'owner' },
    ]);
    const client = new pg.Client({ connectionString: url('stranger', 'runtime') });
    await expect(client.connect()).rejects.toThrow('permission denied for database');
  });

  it('shows what the migrations lack to reach the schema', async () => {
    write('migrations/1_create_note/migration.sql', createNote);
    await migrate();
    expect(await schemaDrift(url(`${name}_owner`, 'owner'), folder)).toBe('');
    write('schema.prisma', schema.replace('body String', 'body String @unique'));
    expect(await schemaDrift(url(`${name}_owner`, 'owner'), folder)).toContain(
      'CREATE UNIQUE INDEX "note_body_key"',
    );
  });

  function migrate(): Promise<string[]> {
    return migrateDatabase({ folder, ownerUrl: url(`${name}_owner`, 'owner'), runtimeRole: name });
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, 'prisma', path)), { recursive: true });
    writeFileSync(join(folder, 'prisma', path), text);
  }

  function url(role: string, password: string): string {
    return `postgresql://${role}:${password}@127.0.0.1:${engines[0]?.port}/${name}`;
  }

  async function rows(sql: string, as: 'owner' | 'runtime'): Promise<unknown[]> {
    const client = new pg.Client({
      connectionString: as === 'owner' ? url(`${name}_owner`, 'owner') : url(name, 'runtime'),
    });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
