import { createId } from '@pcft/credentials';
import type { Role } from '@pcft/policy';
import type { Database, Transaction } from '../database.ts';

export interface Workspace {
  readonly id: string;
  readonly slug: string;
  readonly displayName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Member {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  readonly fullName: string;
  readonly role: Role;
  readonly createdAt: Date;
}

export interface Window {
  readonly limit: number;
  readonly offset: number;
}

export interface WorkspaceDraft {
  /** Tried in turn. */
  readonly slugs: Iterable<string>;
  readonly displayName: string;
  readonly ownerId: string;
}

/** Items and total are read from one snapshot. */
const oneMoment = { isolationLevel: 'RepeatableRead' } as const;

/** Workspaces, their slugs for good, and their members. */
export class PrismaWorkspaceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `null`: every slug is taken, or was once. A slug that is never free again is no one's to reuse. */
  async insert(transaction: Transaction, draft: WorkspaceDraft): Promise<Workspace | null> {
    const id = createId('ws_');
    for (const slug of draft.slugs) {
      // The alias goes in with the workspace: `workspace_slug` is what decides whose slug it is.
      const taken = await transaction.$queryRaw<unknown[]>`SELECT FROM workspace_slug WHERE slug = ${slug}`;
      if (taken.length > 0) continue;
      const [workspace] = await transaction.$queryRaw<Workspace[]>`
        INSERT INTO workspace (id, slug, display_name) VALUES (${id}, ${slug}, ${draft.displayName})
        ON CONFLICT (slug) DO NOTHING
        RETURNING id, slug, display_name AS "displayName", created_at AS "createdAt", updated_at AS "updatedAt"`;
      if (!workspace) continue;
      await transaction.workspaceSlug.create({ data: { slug, workspaceId: id } });
      await transaction.member.create({
        data: { id: createId('mem_'), workspaceId: id, accountId: draft.ownerId, role: 'owner' },
      });
      return workspace;
    }
    return null;
  }

  async insertUnderFreeSlug(transaction: Transaction, draft: WorkspaceDraft): Promise<Workspace> {
    const workspace = await this.insert(transaction, draft);
    if (!workspace) throw new Error('no slug is free');
    return workspace;
  }

  async find(id: string): Promise<Workspace | null> {
    return this.#database.workspace.findUnique({ where: { id } });
  }

  /** Items and total of one moment, oldest first. */
  async list(
    ids: readonly string[],
    { limit, offset }: Window,
  ): Promise<{ items: Workspace[]; total: number }> {
    const where = { id: { in: [...ids] } };
    const [items, total] = await this.#database.$transaction(
      [
        this.#database.workspace.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        this.#database.workspace.count({ where }),
      ],
      oneMoment,
    );
    return { items, total };
  }

  async listMembers(
    workspaceId: string,
    { limit, offset }: Window,
  ): Promise<{ items: Member[]; total: number }> {
    const where = { workspaceId };
    const [rows, total] = await this.#database.$transaction(
      [
        this.#database.member.findMany({
          where,
          include: { account: { select: { email: true, fullName: true } } },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        this.#database.member.count({ where }),
      ],
      oneMoment,
    );
    const items = rows.map(({ id, accountId, role, createdAt, account }) => ({
      id,
      accountId,
      email: account.email,
      fullName: account.fullName,
      role: role as Role, // a check of the table
      createdAt,
    }));
    return { items, total };
  }
}
