import { passwordRefusal, type PasswordHasher } from '@pcft/credentials';
import { isUniqueViolation } from '@pcft/database';
import { invalid } from '@pcft/errors';
import type { AuditFields, CallAudit } from '@pcft/http';
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database.ts';
import { memberSubject } from '@pcft/auth';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import type { AccountMailPorts } from '../account-mail/account-mail-ports.ts';
import { isMailAllowed } from '../account-mail/mail-allowance.ts';
import { issueByMail } from '../account-mail/send-one-time-token.ts';
import { slugCandidates } from './account-names.ts';
import type { AccountDraft, PrismaAccountStore, SignInAccount } from './prisma-account-store.ts';
import { rehearseWithin } from './rehearse.ts';

export interface SignUpPorts extends Pick<
  AccountMailPorts,
  'database' | 'oneTimeTokens' | 'mail' | 'mails' | 'limiter' | 'tokenPepper'
> {
  readonly accounts: PrismaAccountStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly passwords: PasswordHasher;
  readonly changes: ChangeCommitter;
}

/**
 * An account with its default workspace. For an address that is known already nothing changes, and nothing in the
 * answer or in the time it takes tells so: the password is hashed, and the same rows are written and rolled back. What
 * happened is told by mail, to who owns the address: a link to verify it, or that somebody has tried.
 *
 * @throws Fault `validation` for a password that everybody would guess
 */
export async function signUpWithEmail(
  ports: SignUpPorts,
  input: { readonly email: string; readonly password: string; readonly name: string },
  audit: CallAudit,
): Promise<void> {
  const { database, accounts, workspaces, passwords, changes, mail, mails } = ports;
  const refusal = await passwordRefusal(input.password, input);
  if (refusal) throw invalid('password', refusal);
  const passwordHash = await passwords.hash(input.password);
  const draft = { email: input.email, passwordHash, fullName: input.name };
  const known = await accounts.findByEmail(input.email);
  // Counted for new addresses too, which always get their one mail.
  const mayTell = await isMailAllowed(ports.limiter, input.email);
  if (known) return tell(known);
  try {
    await changes.commit(async (transaction) => {
      const { accountId, workspaceId } = await insertAll(transaction, draft);
      await audit.commit(transaction, {
        log: workspaceId,
        actor: { type: 'account', id: accountId },
        target: { type: 'account', id: accountId },
      });
      return {
        result: undefined,
        invalidates: [
          { kind: 'account', id: accountId },
          { kind: 'workspace', id: workspaceId },
          { kind: 'member', id: memberSubject(accountId, workspaceId) },
        ],
        narrows: false,
      };
    });
  } catch (error) {
    // Signed up twice at the same moment: the other one was first.
    if (!isUniqueViolation(error, 'account_email_key')) throw error;
    const first = await accounts.findByEmail(input.email);
    if (first) repeated(first.id);
  }

  async function insertAll(transaction: Transaction, account: AccountDraft) {
    const accountId = await accounts.insert(transaction, account);
    const workspace = await workspaces.insertUnderFreeSlug(transaction, {
      slugs: slugCandidates(account.fullName),
      displayName: account.fullName,
      ownerId: accountId,
    });
    await issueByMail(ports, transaction, {
      accountId,
      purpose: 'verify-email',
      to: account.email,
      mailOf: (to, token) => mails.verify(to, token),
    });
    return { accountId, workspaceId: workspace.id };
  }

  async function tell(owner: SignInAccount): Promise<void> {
    await database.$transaction(async (transaction) => {
      await rehearseWithin(transaction, () => insertAll(transaction, { ...draft, email: nobody() }));
      if (mayTell && owner.isActive) await mail.queue(transaction, mails.alreadyHere(owner.email));
      await audit.commit(transaction, repetition(owner.id));
    });
  }

  function repeated(accountId: string): void {
    audit.add(repetition(accountId));
    audit.nothingChanged();
  }
}

function repetition(accountId: string): AuditFields {
  return {
    log: accountId,
    action: 'account.sign-up-repeated',
    target: { type: 'account', id: accountId },
    outcome: 'failed',
  };
}

/** An address that nobody has: the rehearsal must not stumble over the very address it hides. */
function nobody(): string {
  return `${randomUUID()}@rehearsal.invalid`;
}
