import pg from 'pg';

export interface DatabaseToProvision {
  /** Also the runtime role's name; the owner is `<name>_owner`. */
  name: string;
  password: string;
  ownerPassword: string;
}

/**
 * Makes what is missing: per database an owner role that may change the schema and a runtime role that may only
 * connect until the migrations runner grants it tables. Nobody else may connect.
 */
export async function provisionDatabases(
  superuserUrl: string,
  databases: DatabaseToProvision[],
): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const roles = await names(client, 'SELECT rolname AS name FROM pg_roles');
    const existing = await names(client, 'SELECT datname AS name FROM pg_database');
    for (const { name, password, ownerPassword } of databases) {
      const owner = `${name}_owner`;
      if (!roles.has(owner)) await createRole(client, owner, ownerPassword);
      if (!roles.has(name)) await createRole(client, name, password);
      const [database, ownerRole, role] = [name, owner, name].map((text) => client.escapeIdentifier(text));
      if (!existing.has(name)) await client.query(`CREATE DATABASE ${database} OWNER ${ownerRole}`);
      await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
      await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${role}`);
    }
  } finally {
    await client.end();
  }
}

async function names(client: pg.Client, sql: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(sql);
  return new Set(rows.map((row) => row.name));
}

async function createRole(client: pg.Client, role: string, password: string): Promise<void> {
  const limits = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT';
  await client.query(
    `CREATE ROLE ${client.escapeIdentifier(role)} ${limits} PASSWORD ${client.escapeLiteral(password)}`,
  );
}
