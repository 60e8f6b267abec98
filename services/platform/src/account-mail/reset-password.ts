import type { Subject } from '@pcft/auth';
import { InTurn, parseToken, passwordRefusal, tokenDigest } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { AccountMailPorts } from './account-mail-ports.ts';

export interface ResetOutcome {
  readonly endedSessions: number;
  readonly revokedApiKeys: number;
  readonly activeApiKeys: number;
}

/** Ids that fit into an audit row. */
const maxListed = 100;

const resets = new InTurn();

/**
 * Sets a new password with the token of a mail. When this resolves, no service accepts a session of the account any
 * more. Access tokens go on, and a second factor is still asked for; those of an account that was never
 * verified are taken from it, since whoever made it may be another person than the one who has just shown that the address is theirs.
 *
 * @throws Fault `link-invalid`, `validation` for a password that would be guessed; the token can then be used again
 */
export async function resetPassword(
  ports: AccountMailPorts,
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
  audit: CallAudit,
): Promise<ResetOutcome> {
  if (!parseToken(token, ['one-time'])) throw new Fault('link-invalid');
  const digest = tokenDigest(ports.tokenPepper, token);
  return resets.run(digest.toString('hex'), () => resetWith(ports, digest, newPassword, audit));
}

async function resetWith(
  ports: AccountMailPorts,
  digest: Buffer<ArrayBuffer>,
  newPassword: string,
  audit: CallAudit,
): Promise<ResetOutcome> {
  const { oneTimeTokens, accounts, passwords, changes, mail, mails } = ports;
  const found = await oneTimeTokens.find(digest, ['reset-password']);
  const owner = found && (await accounts.findProfile(found.accountId));
  if (!owner) throw new Fault('link-invalid');
  const refusal = await passwordRefusal(newPassword, { email: owner.email, name: owner.fullName });
  if (refusal) throw invalid('newPassword', refusal);
  const passwordHash = await passwords.hash(newPassword);
  return changes.commit(async (transaction) => {
    const used = await oneTimeTokens.consume(transaction, digest, ['reset-password']);
    if (!used) throw new Fault('link-invalid');
    const account = await setPassword(transaction, { ...used, passwordHash });
    if (!account) throw new Fault('link-invalid');
    await oneTimeTokens.voidAll(transaction, used.accountId);
    const sessions = await endSessions(transaction, used.accountId);
    await transaction.signInChallenge.deleteMany({ where: { accountId: used.accountId } });
    const revoked = account.wasVerified ? [] : await revokeTokens(transaction, used.accountId);
    if (!account.wasVerified) await removeFactors(transaction, used.accountId);
    const active = await countActiveTokens(transaction, used.accountId);
    await mail.queue(transaction, mails.passwordWasReset(account.email, { active, revoked: revoked.length }));
    await audit.commit(transaction, {
      log: used.accountId,
      actor: { type: 'account', id: used.accountId },
      target: { type: 'account', id: used.accountId },
      metadata: {
        ended_sessions: sessions.slice(0, maxListed),
        ...(revoked.length > 0 && { revoked: revoked.slice(0, maxListed) }),
      },
    });
    const invalidates: Subject[] = [
      { kind: 'account', id: used.accountId },
      ...[...sessions, ...revoked].map((id): Subject => ({ kind: 'credential', id })),
    ];
    const result = {
      endedSessions: sessions.length,
      revokedApiKeys: revoked.length,
      activeApiKeys: active,
    };
    return { result, invalidates, narrows: true };
  });
}

/** `null`: the account was closed, or has another address by now. The mail has shown that the address is its own. */
async function setPassword(
  transaction: Transaction,
  { accountId, email, passwordHash }: { accountId: string; email: string; passwordHash: string },
): Promise<{ email: string; wasVerified: boolean } | null> {
  const [row] = await transaction.$queryRaw<{ email: string; wasVerified: boolean }[]>`
    UPDATE account SET password_hash = ${passwordHash}, verified_at = coalesce(account.verified_at, now()),
                       updated_at = now()
    FROM (SELECT id, verified_at IS NOT NULL AS verified FROM account WHERE id = ${accountId} FOR UPDATE) AS before
    WHERE account.id = before.id AND closed_at IS NULL AND lower(email) = lower(${email})
    RETURNING email, before.verified AS "wasVerified"`;
  return row ?? null;
}

async function endSessions(transaction: Transaction, accountId: string): Promise<string[]> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    UPDATE session SET ended_at = now() WHERE account_id = ${accountId} AND ended_at IS NULL AND expires_at > now()
    RETURNING id`;
  return rows.map(({ id }) => id);
}

/** In the order in which every revoke locks: the eldest of a family first. */
async function revokeTokens(transaction: Transaction, accountId: string): Promise<string[]> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    WITH own AS (
      SELECT id FROM access_token WHERE account_id = ${accountId} AND revoked_at IS NULL
      ORDER BY cardinality(ancestor_ids), id FOR UPDATE
    )
    UPDATE access_token AS token SET revoked_at = now(), updated_at = now()
    FROM own WHERE token.id = own.id RETURNING token.id`;
  return rows.map(({ id }) => id);
}

/** Second factors and passkeys of who made the account: not of whom the address belongs to. */
async function removeFactors(transaction: Transaction, accountId: string): Promise<void> {
  await transaction.recoveryCode.deleteMany({ where: { accountId } });
  await transaction.twoFactor.deleteMany({ where: { accountId } });
  await transaction.passkey.deleteMany({ where: { accountId } });
}

async function countActiveTokens(transaction: Transaction, accountId: string): Promise<number> {
  return transaction.accessToken.count({
    where: {
      accountId,
      revokedAt: null,
      disabledAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
    },
  });
}
