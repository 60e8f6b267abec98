import { createId } from '@pcft/credentials';
import type { Role } from '@pcft/policy';
import type { Database, Transaction } from '../database.ts';
import type { Window } from '../workspaces/prisma-workspace-store.ts';

export interface Invite {
  readonly id: string;
  readonly workspaceId: string;
  readonly email: string;
  /** Of a custom role its base when it was invited to; what is given is the role as it is at the time of accepting. */
  readonly role: Role;
  /** `null`: a built-in role. */
  readonly customRole: { readonly id: string; readonly name: string } | null;
  readonly invitedBy: string;
  readonly inviterName: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface InviteDraft {
  readonly workspaceId: string;
  readonly email: string;
  readonly role: Role;
  /** Of a custom role. */
  readonly roleId: string | null;
  readonly invitedBy: string;
  readonly digest: Buffer<ArrayBuffer>;
  readonly ttlHours: number;
}

/** Why an invite can no more be accepted; `null`: it can. */
export type ClosedReason = 'accepted' | 'revoked' | 'expired' | 'author' | 'role' | null;

export interface FoundInvite extends Invite {
  readonly closed: ClosedReason;
}

/** Whose author may still give the role: an admin any but owner, an owner any. */
const authorMay = `EXISTS (SELECT FROM member WHERE member.workspace_id = invite.workspace_id
  AND member.account_id = invite.invited_by
  AND (member.role = 'owner' OR (member.role = 'admin' AND invite.role <> 'owner')))`;

/** Deleted since, or never there: nobody is given the base instead. */
const roleThere = `(invite.role_id IS NULL OR custom.id IS NOT NULL)`;

const joins = `JOIN account AS inviter ON inviter.id = invite.invited_by
  LEFT JOIN workspace_role AS custom ON custom.id = invite.role_id AND custom.workspace_id = invite.workspace_id`;

const columns = `invite.id, invite.workspace_id AS "workspaceId", invite.email, invite.role,
  CASE WHEN custom.id IS NOT NULL THEN jsonb_build_object('id', custom.id, 'name', custom.name) END AS "customRole",
  invite.invited_by AS "invitedBy", inviter.full_name AS "inviterName", invite.created_at AS "createdAt",
  invite.expires_at AS "expiresAt"`;

const open = `invite.accepted_at IS NULL AND invite.revoked_at IS NULL AND invite.expires_at > now()
  AND ${authorMay} AND ${roleThere}`;

/** Days that an invite which can no more be accepted is kept, so that whoever comes late is told why. */
const keptDays = 30;

/** Invites to workspaces. Whoever changes those of a workspace has locked it first. */
export class PrismaInviteStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those that can be accepted, oldest first. */
  async list(workspaceId: string, { limit, offset }: Window): Promise<{ items: Invite[]; total: number }> {
    const [items, counted] = await this.#database.$transaction(
      [
        this.#database.$queryRawUnsafe<Invite[]>(
          `SELECT ${columns} FROM workspace_invite AS invite ${joins}
           WHERE invite.workspace_id = $1 AND ${open} ORDER BY invite.created_at, invite.id LIMIT $2 OFFSET $3`,
          workspaceId,
          limit,
          offset,
        ),
        this.#database.$queryRawUnsafe<{ total: number }[]>(
          `SELECT count(*)::int AS total FROM workspace_invite AS invite ${joins}
           WHERE invite.workspace_id = $1 AND ${open}`,
          workspaceId,
        ),
      ],
      { isolationLevel: 'RepeatableRead' },
    );
    return { items, total: counted[0]?.total ?? 0 };
  }

  /** Replaces the open one to the same address. */
  async insert(transaction: Transaction, draft: InviteDraft): Promise<Invite> {
    const { workspaceId, email, role, roleId, invitedBy, digest, ttlHours } = draft;
    await transaction.$executeRaw`
      UPDATE workspace_invite SET revoked_at = now()
      WHERE workspace_id = ${workspaceId} AND lower(email) = lower(${email})
        AND accepted_at IS NULL AND revoked_at IS NULL`;
    const [row] = await transaction.$queryRawUnsafe<Invite[]>(
      `WITH invite AS (
         INSERT INTO workspace_invite (id, workspace_id, email, role, role_id, invited_by, digest, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::int * interval '1 hour')
         RETURNING *
       )
       SELECT ${columns} FROM invite ${joins}`,
      ...[createId('inv_'), workspaceId, email, role, roleId, invitedBy, digest, ttlHours],
    );
    if (!row) throw new Error('the invite was not inserted');
    return row;
  }

  /** False when there is none that is open. */
  async revoke(transaction: Transaction, workspaceId: string, id: string): Promise<boolean> {
    const revoked = await transaction.$executeRaw`
      UPDATE workspace_invite SET revoked_at = now()
      WHERE id = ${id} AND workspace_id = ${workspaceId}
        AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()`;
    return revoked === 1;
  }

  /** Whatever has become of it; `null`: never issued, or its workspace is closed. */
  async findByDigest(
    digest: Buffer<ArrayBuffer>,
    statements: Database | Transaction = this.#database,
  ): Promise<FoundInvite | null> {
    const [row] = await statements.$queryRawUnsafe<FoundInvite[]>(
      `SELECT ${columns}, CASE WHEN invite.accepted_at IS NOT NULL THEN 'accepted'
                               WHEN invite.revoked_at IS NOT NULL THEN 'revoked'
                               WHEN invite.expires_at <= now() THEN 'expired'
                               WHEN NOT ${roleThere} THEN 'role'
                               WHEN NOT ${authorMay} THEN 'author' END AS closed
       FROM workspace_invite AS invite ${joins}
       JOIN workspace ON workspace.id = invite.workspace_id AND workspace.closed_at IS NULL
       WHERE invite.digest = $1`,
      digest,
    );
    return row ?? null;
  }

  /** How many that can be accepted give this custom role. */
  async countOpenFor(transaction: Transaction, roleId: string): Promise<number> {
    const [counted] = await transaction.$queryRawUnsafe<{ total: number }[]>(
      `SELECT count(*)::int AS total FROM workspace_invite AS invite ${joins} WHERE invite.role_id = $1 AND ${open}`,
      roleId,
    );
    return counted?.total ?? 0;
  }

  /** Forgets what has been over for a month, a thousand at a time; how many went. */
  async prune(): Promise<number> {
    return this.#database.$executeRaw`
      DELETE FROM workspace_invite WHERE id IN (
        SELECT id FROM workspace_invite
        WHERE least(accepted_at, revoked_at, expires_at) < now() - ${keptDays}::int * interval '1 day'
        LIMIT 1000 FOR UPDATE SKIP LOCKED)`;
  }

  /** Uses it up; false when somebody else did, or it is closed. */
  async accept(transaction: Transaction, id: string): Promise<boolean> {
    const accepted = await transaction.$executeRaw`
      UPDATE workspace_invite SET accepted_at = now()
      WHERE id = ${id} AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()`;
    return accepted === 1;
  }
}
