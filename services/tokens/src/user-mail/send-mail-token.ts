import { createId, createToken, tokenDigest } from '@pcft/credentials';
import type { TransactionClient } from '@pcft/events';
import type { Call } from '@pcft/http';
import type { MailTransaction } from '@pcft/mail';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { passwordMark, type Purpose } from './mail-token-store.ts';
import type { SendingDeps, UserMailDeps } from './user-mail-deps.ts';
import { tokenMail } from './user-mails.ts';

/** Whom a token is issued to. */
export type TokenOwner = Pick<DirectoryUser, 'id' | 'email' | 'displayName' | 'passwordHash'>;

/** Issues a token and queues the mail that carries it; the token is nowhere else. */
export async function issueByMail(
  { mailTokens, mail, tokenPepper, publicUrl }: Omit<SendingDeps, 'limiter'>,
  transaction: TransactionClient & MailTransaction,
  app: DirectoryApp,
  purpose: Purpose,
  user: TokenOwner,
): Promise<void> {
  const token = createToken('one-time');
  await mailTokens.issue(transaction, {
    appId: app.id,
    userId: user.id,
    purpose,
    digest: tokenDigest(tokenPepper, token),
    email: user.email,
    passwordMark: passwordMark(tokenPepper, user.passwordHash),
  });
  await mail.queue(transaction, tokenMail(publicUrl, app, purpose, user, token));
}

/** Why nobody is sent a token; for the log of the app's workspace, never for who asked. */
export type Withheld = 'unknown_user' | 'user_inactive' | 'already_verified';

interface Asked {
  readonly purpose: Purpose;
  /** As it was asked for. */
  readonly email: string;
  /** The action of the row where nobody is sent one. */
  readonly refusedAction: string;
  readonly withhold: (user: DirectoryUser) => Withheld | null;
}

/**
 * Sends a token to who asked for one, and nothing in the answer or in the time it takes tells whether there was a
 * user: for nobody the same is written and taken back, and either way one row of the log is committed.
 */
export async function sendMailToken(
  deps: UserMailDeps,
  app: DirectoryApp,
  { purpose, email, refusedAction, withhold }: Asked,
  { audit }: Pick<Call, 'audit'>,
): Promise<void> {
  const user = await deps.directory.findUserByEmail(app.id, email);
  const withheld = user ? withhold(user) : 'unknown_user';
  const owner = withheld === null && user ? user : nobody(email);
  const target = user ? { target: { type: 'user', id: user.id } } : {};
  await deps.inTransaction(async (transaction) => {
    await transaction.$queryRawUnsafe('SAVEPOINT mailing');
    await issueByMail(deps, transaction, app, purpose, owner);
    await transaction.$queryRawUnsafe(
      withheld === null ? 'RELEASE SAVEPOINT mailing' : 'ROLLBACK TO SAVEPOINT mailing',
    );
    await audit.commit(
      transaction,
      withheld === null
        ? target
        : { ...target, action: refusedAction, outcome: 'denied', metadata: { reason: withheld, email } },
    );
  });
}

function nobody(email: string): TokenOwner {
  return {
    id: createId('usr_'),
    email,
    displayName: email.slice(0, email.lastIndexOf('@')),
    passwordHash: null,
  };
}
