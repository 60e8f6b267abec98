import { createId, createToken, tokenDigest } from '@pcft/credentials';
import type { CallAudit } from '@pcft/http';
import type { Mail } from '@pcft/mail';
import type { Transaction } from '../database.ts';
import { rehearseWithin } from '../accounts/rehearse.ts';
import type { AccountMailPorts } from './account-mail-ports.ts';
import type { Purpose } from './one-time-token-store.ts';

interface Sending {
  readonly purpose: Purpose;
  /** `null`: nobody is to get one. */
  readonly account: { readonly id: string; readonly email: string } | null;
  readonly mailOf: (to: string, token: string) => Mail;
}

/** Issues a token and queues the mail that carries it; the token is nowhere else. */
export async function issueByMail(
  { oneTimeTokens, mail, tokenPepper }: Pick<AccountMailPorts, 'oneTimeTokens' | 'mail' | 'tokenPepper'>,
  transaction: Transaction,
  {
    accountId,
    purpose,
    to,
    mailOf,
  }: { accountId: string; purpose: Purpose; to: string; mailOf: Sending['mailOf'] },
): Promise<void> {
  const token = createToken('one-time');
  const digest = tokenDigest(tokenPepper, token);
  await oneTimeTokens.issue(transaction, { accountId, purpose, digest, email: to });
  await mail.queue(transaction, mailOf(to, token));
}

/**
 * Sends a token to who asked for one, and nothing in the answer or in the time it takes tells whether there was an
 * account: for nobody the same is written and taken back, and something is committed either way. To take it back is a
 * statement or two more, which makes up for the token that is written only for somebody.
 */
export async function sendOneTimeToken(
  ports: AccountMailPorts,
  { purpose, account, mailOf }: Sending,
  audit: CallAudit,
): Promise<void> {
  await ports.database.$transaction(async (transaction) => {
    if (account) {
      const { id, email: to } = account;
      await issueByMail(ports, transaction, { accountId: id, purpose, to, mailOf });
      await audit.commit(transaction, { log: id, target: { type: 'account', id } });
    } else {
      const nobody = { accountId: createId('acc_'), purpose, to: 'nobody@rehearsal.invalid', mailOf };
      await rehearseWithin(transaction, () => issueByMail(ports, transaction, nobody));
      await transaction.$queryRaw`SELECT pg_logical_emit_message(true, 'platform', '')::text`;
    }
  });
  if (!account) audit.nothingChanged();
}
