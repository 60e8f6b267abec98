import type { Change, Transaction } from '../changes/change-committer.ts';
import type { CommitRow, Presented, RefreshRefusal, Rotation } from './session-store.ts';
import * as sql from './session-sql.ts';

/** For how long a lost answer may be asked for again, in seconds. */
export const repeatSeconds = 10;

interface TokenRow {
  sessionId: string;
  userId: string;
  used: boolean;
  salt: Uint8Array | null;
  fresh: boolean;
  recent: boolean | null;
  tenantId: string | null;
}

/**
 * Exchanges a refresh token inside a transaction (OAuth 2.1 section 4.3.1; RFC 9700 section 4.14.2).
 *
 * The successor follows from the presented token, a secret key and the salt that the first exchange has left: whoever
 * repeats the exchange in time gets the very same successor, so that there is one line of tokens whatever is lost,
 * and the database holds none of them. The time ends with the successor's first use. Who steals a token and is quick
 * holds the same successor as its owner; the next exchange of the slower one of them is then a repetition, and the
 * session ends.
 */
export async function rotateToken(
  transaction: Transaction,
  presented: Presented,
  freshSalt: Buffer,
  commit: CommitRow<Rotation>,
): Promise<Change<Rotation>> {
  const { appId, digest } = presented;
  const [seen] = await transaction.$queryRawUnsafe<TokenRow[]>(sql.findToken, digest, appId, repeatSeconds);
  if (!seen) return refused('token_unknown', null);
  const [user] = await transaction.$queryRawUnsafe<{ sessionsEndedAt: Date | null }[]>(
    sql.lockUser,
    seen.userId,
    appId,
  );
  if (!user) return refused('user_inactive', seen);
  // Looked at first: nothing is used up, and the token is good again should the user come back.
  if (!(await isStillMember(transaction, appId, seen))) return refused('tenant_refused', seen);
  if (!seen.used && (await transaction.$executeRawUnsafe(sql.useToken, digest, freshSalt)) > 0)
    return exchange(
      transaction,
      presented,
      seen,
      { salt: freshSalt, endedBefore: user.sessionsEndedAt },
      commit,
    );
  return repeat(transaction, presented, seen, user.sessionsEndedAt, commit);
}

/** The first exchange of a token: the caller has marked it as used. */
async function exchange(
  transaction: Transaction,
  { device, lifetimes, successorDigest }: Presented,
  { sessionId, userId, tenantId }: TokenRow,
  { salt, endedBefore }: { readonly salt: Buffer; readonly endedBefore: Date | null },
  commit: CommitRow<Rotation>,
): Promise<Change<Rotation>> {
  const [session] = await transaction.$queryRawUnsafe<{ expiresAt: Date }[]>(
    sql.touchSession,
    ...[sessionId, device.ip, device.userAgent, endedBefore],
  );
  // The token stays used: its session has ended, and it was good for nothing else.
  if (!session) return refused('session_ended', { sessionId, userId });
  await transaction.$executeRawUnsafe(
    sql.insertToken,
    successorDigest(salt),
    sessionId,
    lifetimes.idleSeconds,
  );
  const { expiresAt: sessionExpiresAt } = session;
  return settled(
    transaction,
    { refused: null, sessionId, userId, salt, repeated: false, sessionExpiresAt, tenantId },
    commit,
  );
}

/** A token that was exchanged before, or has expired. Takes no lock: many may ask for the same lost answer at once. */
async function repeat(
  transaction: Transaction,
  { appId, digest, successorDigest }: Presented,
  seen: TokenRow,
  endedBefore: Date | null,
  commit: CommitRow<Rotation>,
): Promise<Change<Rotation>> {
  const { sessionId, userId, tenantId } = seen;
  const [session] = await transaction.$queryRawUnsafe<{ expiresAt: Date }[]>(
    sql.findSession,
    sessionId,
    endedBefore,
  );
  if (!session) return refused('session_ended', seen);
  // Read again: another exchange may have gone first since.
  const [now] = await transaction.$queryRawUnsafe<TokenRow[]>(sql.findToken, digest, appId, repeatSeconds);
  if (!now?.used || !now.salt) return refused('token_expired', seen);
  const salt = Buffer.from(now.salt);
  if (now.recent) {
    const unused = await transaction.$queryRawUnsafe<unknown[]>(sql.isUnused, successorDigest(salt));
    const { expiresAt: sessionExpiresAt } = session;
    if (unused.length > 0)
      return settled(
        transaction,
        { refused: null, sessionId, userId, salt, repeated: true, sessionExpiresAt, tenantId },
        commit,
      );
  }
  await transaction.$executeRawUnsafe(sql.endSession, sessionId, 'reused');
  const { result } = refused('token_reused', seen);
  await commit(transaction, result);
  return { result, invalidates: [{ kind: 'session', id: sessionId }], narrows: true };
}

async function isStillMember(
  transaction: Transaction,
  appId: string,
  { userId, tenantId }: TokenRow,
): Promise<boolean> {
  if (tenantId === null) return true;
  return (await transaction.$queryRawUnsafe<unknown[]>(sql.isMember, appId, userId, tenantId)).length > 0;
}

async function settled(
  transaction: Transaction,
  result: Rotation,
  commit: CommitRow<Rotation>,
): Promise<Change<Rotation>> {
  await commit(transaction, result);
  return { result, invalidates: [], narrows: false };
}

function refused(
  reason: RefreshRefusal,
  token: { sessionId: string; userId: string } | null,
): Change<Rotation> {
  const result = { refused: reason, sessionId: token?.sessionId ?? null, userId: token?.userId ?? null };
  return { result, invalidates: [], narrows: false };
}
