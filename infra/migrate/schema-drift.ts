import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSchemaEngine } from './schema-engine.ts';

/** Tables of the framework (outbox.sql, idempotency.sql): a service need not model them, and checks compare their text. */
const filters = { externalTables: ['public.outbox_event', 'public.idempotency_key'], externalEnums: [] };

/**
 * The SQL that would bring the database at `url` to a service's schema.prisma; empty when it is there.
 * What Prisma cannot express (triggers, grants, partial indexes it does not know) is not part of it.
 */
export async function schemaDrift(url: string, folder: string): Promise<string> {
  const path = join(folder, 'prisma', 'schema.prisma');
  const content = readFileSync(path, 'utf8');
  return withSchemaEngine(url, [path, content], async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [{ path, content }], configDir: join(folder, 'prisma') },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: null,
      filters,
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  });
}
