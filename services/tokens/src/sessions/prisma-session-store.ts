import { randomBytes } from 'node:crypto';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Change, ChangeCommitter, Transaction } from '../changes/change-committer.ts';
import { rotateToken } from './rotate-token.ts';
import type { SessionStore, Standing, UserSession } from './session-store.ts';
import * as sql from './session-sql.ts';

export function createPrismaSessionStore(prisma: PrismaClient, changes: ChangeCommitter): SessionStore {
  return {
    begin: ({ id, appId, userId, device, lifetimes, tenantId, digest }, admits, commit) =>
      prisma.$transaction(async (transaction) => {
        // Checking a password takes long enough for the user to be deactivated meanwhile.
        const [standing] = await transaction.$queryRawUnsafe<Standing[]>(sql.lockUser, userId, appId);
        if (!standing || !(await admits(transaction, standing))) return null;
        const [session] = await transaction.$queryRawUnsafe<{ expiresAt: Date }[]>(
          sql.insertSession,
          ...[id, appId, userId, lifetimes.lifetimeSeconds, device.ip, device.userAgent, tenantId],
        );
        if (!session) throw new Error('the session was not inserted');
        await transaction.$executeRawUnsafe(sql.insertToken, digest, id, lifetimes.idleSeconds);
        await commit(transaction);
        return session.expiresAt;
      }),
    rotate: (presented, commit) =>
      changes.commit((transaction) => rotateToken(transaction, presented, randomBytes(16), commit)),
    switchTenant: ({ appId, userId, id, tenantId }, commit) =>
      prisma.$transaction(async (transaction) => {
        const [user] = await transaction.$queryRawUnsafe<{ sessionsEndedAt: Date | null }[]>(
          sql.lockUser,
          userId,
          appId,
        );
        if (!user) return 'session_ended';
        const member =
          tenantId === null ||
          (await transaction.$queryRawUnsafe<unknown[]>(sql.isMember, appId, userId, tenantId)).length > 0;
        if (!member) return 'tenant_refused';
        const [session] = await transaction.$queryRawUnsafe<{ expiresAt: Date }[]>(
          sql.switchTenant,
          ...[id, appId, userId, tenantId, user.sessionsEndedAt],
        );
        if (!session) return 'session_ended';
        await commit(transaction);
        return session.expiresAt;
      }),
    announceLeave: ({ appId, userId, tenantId }, commit) =>
      prisma.$transaction(async (transaction) => {
        await transaction.$executeRawUnsafe(sql.markLeaving, appId, userId, tenantId);
        await commit(transaction);
      }),
    // What processes cache of a session does not say which tenant it is for: the token does.
    async leaveTenant({ appId, userId, tenantId }) {
      await prisma.$executeRawUnsafe(sql.leaveTenant, appId, userId, tenantId);
    },
    endByToken: (appId, digest, commit) =>
      changes.commit(async (transaction) => {
        const [token] = await transaction.$queryRawUnsafe<{ sessionId: string; userId: string }[]>(
          sql.findToken,
          ...[digest, appId, 0],
        );
        if (!token) return unchanged;
        const { sessionId, userId } = token;
        const ended = await transaction.$executeRawUnsafe(sql.endSession, sessionId, 'revoked');
        if (ended > 0) await commit(transaction, { sessionId, userId });
        // Also for one that has ended: its end may not have passed the barrier yet.
        return sessionsEnded(ended > 0, [sessionId]);
      }),
    end: ({ appId, userId, id }, commit) =>
      changes.commit(async (transaction) => {
        const ended = await transaction.$executeRawUnsafe(sql.endUserSession, id, appId, userId);
        if (ended > 0) await commit(transaction);
        else {
          const [own] = await transaction.$queryRawUnsafe<unknown[]>(sql.isUserSession, id, appId, userId);
          if (own === undefined) return unchanged;
        }
        // Also for one that has ended: its end may not have passed the barrier yet.
        return sessionsEnded(ended > 0, [id]);
      }),
    endOthers: ({ appId, userId, exceptId }, commit) =>
      changes.commit(async (transaction) => {
        // First: a sign-in that waits for its second factor and is quicker is a session by then, and found below.
        await transaction.$executeRawUnsafe(sql.endChallenges, appId, userId);
        const rows = await transaction.$queryRawUnsafe<{ id: string }[]>(
          sql.endOtherSessions,
          ...[appId, userId, exceptId],
        );
        const sessionIds = rows.map(({ id }) => id);
        await commit(transaction, { sessionIds });
        return sessionsEnded(sessionIds, sessionIds);
      }),
    list: (appId, userId) => prisma.$queryRawUnsafe<UserSession[]>(sql.listSessions, appId, userId),
    findLiveToken: (appId, digest) => findLiveToken(prisma, appId, digest),
    prune: () => prisma.$executeRawUnsafe(sql.pruneSessions),
  };
}

const unchanged: Change<boolean> = { result: false, invalidates: [], narrows: false };

function sessionsEnded<T>(result: T, ids: readonly string[]): Change<T> {
  return { result, invalidates: ids.map((id) => ({ kind: 'session', id })), narrows: true };
}

interface LiveToken {
  sessionId: string;
  userId: string;
  createdAt: Date;
  expiresAt: Date;
  tenantId: string | null;
}

async function findLiveToken(
  statements: Pick<Transaction, '$queryRawUnsafe'>,
  appId: string,
  digest: Buffer<ArrayBuffer>,
): Promise<LiveToken | null> {
  const [token] = await statements.$queryRawUnsafe<LiveToken[]>(
    `SELECT token.family_id AS "sessionId", token.user_id AS "userId", token.created_at AS "createdAt",
            token.expires_at AS "expiresAt", session.tenant_id AS "tenantId"
     FROM refresh_token token
     JOIN user_session session ON session.id = token.family_id
     JOIN directory_user holder ON holder.id = token.user_id
     JOIN directory_app app ON app.id = token.app_id
     WHERE token.digest = $1 AND token.app_id = $2 AND token.used_at IS NULL AND token.expires_at > clock_timestamp()
       AND session.ended_at IS NULL AND session.expires_at > clock_timestamp()
       AND holder.status = 'active' AND NOT holder.deleted AND app.status = 'active' AND NOT app.deleted
       AND (holder.sessions_ended_at IS NULL OR session.created_at > holder.sessions_ended_at)
       AND (session.tenant_id IS NULL OR EXISTS (${sql.isMemberOf('token.app_id', 'token.user_id', 'session.tenant_id')}))`,
    digest,
    appId,
  );
  return token ?? null;
}
