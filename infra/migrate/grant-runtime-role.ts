import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** All rows of all tables, nothing of the schema. */
const defaultGrants = `
GRANT USAGE ON SCHEMA public TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {{runtime_role}};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {{runtime_role}};
`;

/**
 * Gives the runtime role exactly what `grantsFile` says, or the default when there is no such file. What it had
 * before is taken first, in the same transaction, so that a narrowed file narrows and nobody sees it in between.
 */
export async function grantRuntimeRole(
  ownerUrl: string,
  runtimeRole: string,
  grantsFile: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  const role = client.escapeIdentifier(runtimeRole);
  const grants = existsSync(grantsFile) ? readFileSync(grantsFile, 'utf8') : defaultGrants;
  await client.connect();
  try {
    await client.query(`BEGIN;
      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role};
      REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${role};
      ${grants.replaceAll('{{runtime_role}}', role)};
      REVOKE ALL ON TABLE _prisma_migrations FROM ${role};
      COMMIT;`);
  } finally {
    await client.end();
  }
}
