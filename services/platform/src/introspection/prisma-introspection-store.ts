import type { Credential } from '@pcft/auth';
import { tokenDigest } from '@pcft/credentials';
import type { Database } from '../database.ts';
import type { OverviewRow, WorkspaceRow } from './introspection-row.ts';
import { overviewSql, workspaceIntrospectionSql } from './introspection-sql.ts';

/** Reads credentials by their digest; a token in clear goes no further than this. */
export interface IntrospectionStore {
  /** `reference`: workspace id, slug or `-`. `null`: platform does not issue credentials of this kind. */
  inWorkspace(credential: Credential, reference: string): Promise<WorkspaceRow | null>;
  overview(credential: Credential): Promise<OverviewRow | null>;
}

export class PrismaIntrospectionStore implements IntrospectionStore {
  readonly #database: Database;
  readonly #pepper: Buffer;

  constructor(database: Database, pepper: Buffer) {
    this.#database = database;
    this.#pepper = pepper;
  }

  async inWorkspace({ kind, token }: Credential, reference: string): Promise<WorkspaceRow | null> {
    const sql = workspaceIntrospectionSql(kind, tokenDigest(this.#pepper, token), reference);
    return sql && one(await this.#database.$queryRaw<WorkspaceRow[]>(sql));
  }

  async overview({ kind, token }: Credential): Promise<OverviewRow | null> {
    const sql = overviewSql(kind, tokenDigest(this.#pepper, token));
    return sql && one(await this.#database.$queryRaw<OverviewRow[]>(sql));
  }
}

function one<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the invalidation log has no position');
  return row;
}
