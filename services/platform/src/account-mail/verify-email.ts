import { parseToken, tokenDigest } from '@pcft/credentials';
import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { AccountMailPorts } from './account-mail-ports.ts';
import type { OneTimeToken } from './one-time-token-store.ts';

const purposes = ['verify-email', 'change-email'] as const;

/** What a link is for, without using it. @throws Fault `link-invalid` */
export async function findEmailVerification(
  { oneTimeTokens, tokenPepper }: Pick<AccountMailPorts, 'oneTimeTokens' | 'tokenPepper'>,
  token: string,
): Promise<OneTimeToken & { purpose: (typeof purposes)[number] }> {
  const found = parseToken(token, ['one-time'])
    ? await oneTimeTokens.find(tokenDigest(tokenPepper, token), purposes)
    : null;
  if (!found || found.purpose === 'reset-password') throw new Fault('link-invalid');
  return { ...found, purpose: found.purpose };
}

/**
 * Verifies the address that the token was sent to; where it was sent to confirm a new one, the account has it from
 * now on.
 *
 * @throws Fault `link-invalid`, `conflict` when the new address is another account's by now
 */
export async function verifyEmail(
  ports: AccountMailPorts,
  token: string,
  audit: CallAudit,
): Promise<{ readonly email: string; readonly verifiedAt: Date }> {
  const { oneTimeTokens, changes, mail, mails, tokenPepper } = ports;
  if (!parseToken(token, ['one-time'])) throw new Fault('link-invalid');
  try {
    return await changes.commit(async (transaction) => {
      const used = await oneTimeTokens.consume(transaction, tokenDigest(tokenPepper, token), purposes);
      if (!used) throw new Fault('link-invalid');
      const account = await setVerified(transaction, used);
      if (!account) throw new Fault('link-invalid');
      const { former, email, verifiedAt } = account;
      const changed = used.purpose === 'change-email';
      if (changed) {
        // Whoever can read the former mailbox has no say any more: a reset link that waits there is worthless.
        await oneTimeTokens.voidAll(transaction, used.accountId);
        await mail.queue(transaction, mails.addressChanged(former));
      }
      await audit.commit(transaction, {
        log: used.accountId,
        actor: { type: 'account', id: used.accountId },
        target: { type: 'account', id: used.accountId },
        ...(changed && {
          action: 'account.email-changed',
          changes: { before: { email: former }, after: { email } },
        }),
      });
      return {
        result: { email, verifiedAt },
        invalidates: [{ kind: 'account', id: used.accountId }],
        narrows: false,
      };
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'account_email_key')) throw error;
    throw new Fault('conflict', {
      details: [{ field: 'email', reason: 'is the address of another account by now' }],
    });
  }
}

/** `null`: the account was closed, or the address that was to be verified is no longer its own. */
async function setVerified(
  transaction: Transaction,
  { accountId, purpose, email }: OneTimeToken,
): Promise<{ former: string; email: string; verifiedAt: Date } | null> {
  const [row] = await transaction.$queryRaw<{ former: string; email: string; verifiedAt: Date }[]>`
    UPDATE account SET email = ${email}, updated_at = now(),
      verified_at = CASE WHEN ${purpose} = 'change-email' THEN now() ELSE coalesce(verified_at, now()) END
    FROM (SELECT id, email AS former FROM account WHERE id = ${accountId} FOR UPDATE) AS before
    WHERE account.id = before.id AND closed_at IS NULL
      AND (${purpose} = 'change-email' OR lower(account.email) = lower(${email}))
    RETURNING before.former, account.email, verified_at AS "verifiedAt"`;
  return row ?? null;
}
