import { createId } from '@pcft/credentials';
import type { Role } from '@pcft/policy';
import type { Database, Transaction } from '../database.ts';

export interface Workspace {
  readonly id: string;
  readonly slug: string;
  readonly displayName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly plan: string;
  readonly mode: string;
}

export interface Member {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  readonly fullName: string;
  /** Of a custom role its base. */
  readonly role: Role;
  /** `null`: a built-in role. */
  readonly customRole: { readonly id: string; readonly name: string } | null;
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
  /** `live` if left out. */
  readonly mode?: 'live' | 'test';
}

export interface Closed {
  readonly closedAt: Date;
  readonly restorableUntil: Date;
}

export interface OwnedWorkspace {
  readonly id: string;
  readonly closed: boolean;
  /** The time to restore it is over. */
  readonly tooLate: boolean;
}

/** Slugs one workspace may ever have: no slug is free again, so nobody may collect them. */
const mostSlugs = 20;

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
        INSERT INTO workspace (id, slug, display_name, mode)
        VALUES (${id}, ${slug}, ${draft.displayName}, ${draft.mode ?? 'live'})
        ON CONFLICT (slug) DO NOTHING
        RETURNING id, slug, display_name AS "displayName", created_at AS "createdAt", updated_at AS "updatedAt",
                  plan, mode`;
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

  /** Locks an open workspace against every other change of it, its services and its members. `null`: closed. */
  async lockOpen(transaction: Transaction, id: string): Promise<Workspace | null> {
    const [workspace] = await transaction.$queryRaw<Workspace[]>`
      SELECT id, slug, display_name AS "displayName", created_at AS "createdAt", updated_at AS "updatedAt",
             plan, mode
      FROM workspace WHERE id = ${id} AND closed_at IS NULL FOR NO KEY UPDATE`;
    return workspace ?? null;
  }

  /** Takes a slug for good. `taken`: it is, or was, another workspace's. */
  async addSlug(
    transaction: Transaction,
    workspaceId: string,
    slug: string,
  ): Promise<'taken' | 'too-many' | 'added'> {
    await transaction.$executeRaw`
      INSERT INTO workspace_slug (slug, workspace_id) VALUES (${slug}, ${workspaceId}) ON CONFLICT (slug) DO NOTHING`;
    const slugs = await transaction.workspaceSlug.findMany({ where: { workspaceId } });
    if (!slugs.some((own) => own.slug === slug)) return 'taken';
    return slugs.length > mostSlugs ? 'too-many' : 'added';
  }

  async update(
    transaction: Transaction,
    id: string,
    { slug, displayName }: { readonly slug: string; readonly displayName: string },
  ): Promise<Workspace> {
    return transaction.workspace.update({
      where: { id },
      data: { slug, displayName, updatedAt: new Date() },
    });
  }

  /** Moment of closing, and the last one at which it can be restored. */
  async close(transaction: Transaction, id: string, restoreDays: number): Promise<Closed> {
    const [closed] = await transaction.$queryRaw<Closed[]>`
      UPDATE workspace SET closed_at = now(), updated_at = now() WHERE id = ${id}
      RETURNING closed_at AS "closedAt", closed_at + ${restoreDays}::int * interval '1 day' AS "restorableUntil"`;
    if (!closed) throw new Error('the workspace was not closed');
    return closed;
  }

  /** A workspace that the account owns, open or closed, locked; by id or any of its slugs. */
  async lockOwned(
    transaction: Transaction,
    reference: string,
    { ownerId, restoreDays }: { readonly ownerId: string; readonly restoreDays: number },
  ): Promise<OwnedWorkspace | null> {
    const [workspace] = await transaction.$queryRaw<OwnedWorkspace[]>`
      SELECT workspace.id, workspace.closed_at IS NOT NULL AS closed,
             coalesce(workspace.closed_at + ${restoreDays}::int * interval '1 day' < now(), false) AS "tooLate"
      FROM workspace JOIN member ON member.workspace_id = workspace.id
      WHERE (workspace.id = ${reference}
             OR workspace.id = (SELECT workspace_id FROM workspace_slug WHERE slug = ${reference}))
        AND member.account_id = ${ownerId} AND member.role = 'owner'
      FOR NO KEY UPDATE OF workspace`;
    return workspace ?? null;
  }

  /** What an account owns and may still restore, the last closed first. */
  async listClosed(
    { ownerId, restoreDays }: { readonly ownerId: string; readonly restoreDays: number },
    { limit, offset }: Window,
  ): Promise<{ items: (Workspace & Closed)[]; total: number }> {
    const rows = await this.#database.$queryRaw<(Workspace & Closed)[]>`
      SELECT workspace.id, slug, display_name AS "displayName", workspace.created_at AS "createdAt",
             workspace.updated_at AS "updatedAt", plan, mode, closed_at AS "closedAt",
             closed_at + ${restoreDays}::int * interval '1 day' AS "restorableUntil"
      FROM workspace JOIN member ON member.workspace_id = workspace.id
      WHERE member.account_id = ${ownerId} AND member.role = 'owner'
        AND closed_at + ${restoreDays}::int * interval '1 day' >= now()
      ORDER BY closed_at DESC, workspace.id`;
    return { items: rows.slice(offset, offset + limit), total: rows.length };
  }

  async reopen(transaction: Transaction, id: string): Promise<Workspace> {
    return transaction.workspace.update({ where: { id }, data: { closedAt: null, updatedAt: new Date() } });
  }

  /** The accounts of all members. */
  async accountsOf(transaction: Transaction, workspaceId: string): Promise<string[]> {
    const rows = await transaction.member.findMany({ where: { workspaceId }, select: { accountId: true } });
    return rows.map(({ accountId }) => accountId);
  }

  /** Whether it was enabled before. */
  async switchService(
    transaction: Transaction,
    workspaceId: string,
    { service, enabled }: { readonly service: string; readonly enabled: boolean },
  ): Promise<boolean> {
    const { count } = await transaction.workspaceService.deleteMany({ where: { workspaceId, service } });
    if (!enabled) await transaction.workspaceService.create({ data: { workspaceId, service } });
    return count === 0;
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
          include: {
            account: { select: { email: true, fullName: true } },
            customRole: { select: { id: true, name: true } },
          },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        this.#database.member.count({ where }),
      ],
      oneMoment,
    );
    const items = rows.map(({ id, accountId, role, customRole, createdAt, account }) => ({
      id,
      accountId,
      email: account.email,
      fullName: account.fullName,
      role: role as Role, // a check of the table
      customRole,
      createdAt,
    }));
    return { items, total };
  }
}
