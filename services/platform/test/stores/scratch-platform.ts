import { createId, createToken, tokenDigest } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PrismaClient, type Database } from '../../src/database.ts';

const prismaFolder = join(import.meta.dirname, '..', '..', 'prisma');

/** A database of the test's own, migrated and granted like the real one, used as the runtime role. */
export interface ScratchPlatform {
  readonly database: Database;
  readonly url: string;
  /** The same database as its owner, for what the runtime role may not do. */
  readonly owner: Database;
  close(): Promise<void>;
}

interface Stack {
  readonly urls: { readonly database: { readonly platform: string } };
  readonly secrets: { readonly databasePasswords: { readonly postgres: string } };
}

export async function createScratchPlatform(poolSize = 10): Promise<ScratchPlatform> {
  const path = process.env['PCFT_STACK'];
  if (!path) throw new Error('PCFT_STACK names no stack: run the tests with `npm test`');
  const { urls, secrets } = JSON.parse(readFileSync(path, 'utf8')) as Stack;
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  const runtime = withDatabase(urls.database.platform, name);
  const superuser = new URL(withDatabase(urls.database.platform, 'postgres'));
  superuser.username = 'postgres';
  superuser.password = secrets.databasePasswords.postgres;
  // Plain connections for what may take its time: the service's own give up after 1.5 s.
  await asSuperuser(superuser.href, (client) => client.query(`CREATE DATABASE ${name}`));
  const migrations = readdirSync(join(prismaFolder, 'migrations')).sort();
  await asSuperuser(withDatabase(superuser.href, name), async (client) => {
    for (const migration of migrations)
      await client.query(readFileSync(join(prismaFolder, 'migrations', migration, 'migration.sql'), 'utf8'));
    const grants = readFileSync(join(prismaFolder, 'grants.sql'), 'utf8');
    await client.query(grants.replaceAll('{{runtime_role}}', 'platform'));
  });
  const owner = connect(withDatabase(superuser.href, name), 2);
  const database = connect(runtime, poolSize);
  return {
    database,
    url: runtime,
    owner,
    async close() {
      await database.$disconnect();
      await owner.$disconnect();
      await asSuperuser(superuser.href, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function connect(url: string, poolSize: number): Database {
  return new PrismaClient({ adapter: createPrismaAdapter({ url, applicationName: 'test', poolSize }) });
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

export const pepper = Buffer.alloc(32, 7);

/** Rows as the use cases leave them, without going through them. */
export class Fixtures {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async account(): Promise<string> {
    const id = createId('acc_');
    const handle = id.slice(4).toLowerCase();
    await this.#database.account.create({
      data: { id, email: `${handle}@example.com`, fullName: 'Ada', handle },
    });
    return id;
  }

  async workspace(slug = createId('ws_').slice(3).toLowerCase()): Promise<{ id: string; slug: string }> {
    const id = createId('ws_');
    await this.#database.workspace.create({ data: { id, slug, displayName: slug } });
    await this.#database.workspaceSlug.create({ data: { slug, workspaceId: id } });
    return { id, slug };
  }

  async member(accountId: string, workspaceId: string, role = 'owner'): Promise<void> {
    await this.#database.member.create({ data: { id: createId('mem_'), accountId, workspaceId, role } });
  }

  async session(
    accountId: string,
    change: Record<string, unknown> = {},
  ): Promise<{ id: string; token: string }> {
    const id = createId('ses_');
    const token = createToken('session');
    const expiresAt = new Date(Date.now() + 60_000);
    await this.#database.session.create({
      data: { id, accountId, digest: tokenDigest(pepper, token), expiresAt, ...change },
    });
    return { id, token };
  }

  async token(
    accountId: string,
    change: {
      workspaceId?: string | null;
      ancestorIds?: string[];
      expiresAt?: Date;
      disabledAt?: Date;
      revokedAt?: Date;
      digestOf?: string;
    } = {},
  ): Promise<{ id: string; token: string }> {
    const id = createId('pat_');
    const { digestOf: token = createToken('pat'), ...columns } = change;
    await this.#database.accessToken.create({
      data: {
        id,
        accountId,
        name: 'test',
        digest: tokenDigest(pepper, token),
        tokenPrefix: 'pcft_live_',
        lastFour: token.slice(-4),
        statements: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
        ...columns,
      },
    });
    return { id, token };
  }
}
