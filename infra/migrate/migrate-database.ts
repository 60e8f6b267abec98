import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grantRuntimeRole } from './grant-runtime-role.ts';
import { migrationNames, readMigrationList } from './migration-list.ts';
import { withSchemaEngine } from './schema-engine.ts';

export interface MigrateRequest {
  /** Folder of the service, with `prisma/schema.prisma` and `prisma/migrations`. */
  folder: string;
  /** Connects as the role that owns the schema. */
  ownerUrl: string;
  /** Granted the tables afterwards; left alone when it is the owner itself. */
  runtimeRole: string;
}

/**
 * Applies the migrations that the database has not seen, then grants the runtime role its tables.
 * @returns the names of those just applied
 * @throws when a migration fails, was edited after it was applied, or is in the database but not on disk
 */
export async function migrateDatabase(request: MigrateRequest): Promise<string[]> {
  const migrations = join(request.folder, 'prisma', 'migrations');
  if (migrationNames(migrations).length === 0) return [];
  const migrationsList = readMigrationList(migrations);
  const filters = { externalTables: [], externalEnums: [] };
  return withSchemaEngine(request.ownerUrl, readSchema(request.folder), async (engine) => {
    const diagnose = () =>
      engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
    // One that failed left nothing, as a script is one transaction: it may be mended and tried again.
    for (const migrationName of (await diagnose()).failedMigrationNames) {
      await engine.markMigrationRolledBack({ migrationName });
    }
    const state = await diagnose();
    if (state.editedMigrationNames.length > 0) {
      const names = state.editedMigrationNames.join(', ');
      throw new Error(`migrations are immutable, but these changed after they were applied: ${names}`);
    }
    if (state.history !== null && state.history.diagnostic !== 'databaseIsBehind') {
      throw new Error(
        'the database has migrations that this version does not know: it was migrated by a newer one',
      );
    }
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    const owner = decodeURIComponent(new URL(request.ownerUrl).username);
    if (owner !== request.runtimeRole) {
      await grantRuntimeRole(
        request.ownerUrl,
        request.runtimeRole,
        join(request.folder, 'prisma', 'grants.sql'),
      );
    }
    return appliedMigrationNames;
  });
}

function readSchema(folder: string): [string, string] {
  const path = join(folder, 'prisma', 'schema.prisma');
  return [path, readFileSync(path, 'utf8')];
}
