/** As much of a Prisma client as is needed. */
export interface KindsClient {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T>;
}

/** The beginning of a hash of another system: scheme and parameters. The migrations index this very expression. */
const kind = String.raw`substring(password_hash from '^\$(?:2[aby]\$\d\d|argon2id\$v=19\$[^$]+)')`;

/**
 * The kinds of password hashes of other systems that users of an app have (`$2b$12`, `$argon2id$v=19$m=65536,t=3,p=4`), each
 * once, 64 at most. Hops from one to the next in an index of those hashes alone: what it costs follows from the number
 * of kinds, not of users, and is next to nothing where nobody was imported.
 */
export async function foreignHashKinds(
  client: KindsClient,
  table: 'app_user' | 'directory_user',
  appId: string,
): Promise<string[]> {
  const next = (after: string) => `
    SELECT ${kind} AS kind FROM ${table}
    WHERE app_id = $1 AND password_hash LIKE '$%' AND ${kind} > ${after} ORDER BY ${kind} LIMIT 1`;
  const rows = await client.$queryRawUnsafe<{ kind: string }[]>(
    `WITH RECURSIVE kinds AS (
       (${next("''")})
       UNION ALL
       SELECT (${next('kinds.kind')}) FROM kinds WHERE kinds.kind IS NOT NULL
     )
     SELECT kind FROM kinds WHERE kind IS NOT NULL LIMIT 64`,
    appId,
  );
  return rows.map((row) => row.kind);
}
