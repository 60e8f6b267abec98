import { passwordRefusal, type PasswordHasher } from '@pcft/credentials';
import { isUniqueViolation } from '@pcft/database';
import { invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { randomUUID } from 'node:crypto';
import type { Database, Transaction } from '../database.ts';
import { memberSubject } from '@pcft/auth';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import { slugCandidates } from './account-names.ts';
import type { AccountDraft, PrismaAccountStore } from './prisma-account-store.ts';

export interface SignUpPorts {
  readonly database: Database;
  readonly accounts: PrismaAccountStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly passwords: PasswordHasher;
  readonly changes: ChangeCommitter;
}

/**
 * An account with its default workspace. For an address that is known already nothing changes, and nothing in the
 * answer or in the time it takes tells so: the password is hashed, and the same rows are written and rolled back.
 *
 * @throws Fault `validation` for a password that everybody would guess
 */
export async function signUpWithEmail(
  { database, accounts, workspaces, passwords, changes }: SignUpPorts,
  input: { readonly email: string; readonly password: string; readonly name: string },
  audit: CallAudit,
): Promise<void> {
  const refusal = await passwordRefusal(input.password, input);
  if (refusal) throw invalid('password', refusal);
  const passwordHash = await passwords.hash(input.password);
  const draft = { email: input.email, passwordHash, fullName: input.name };
  const known = await accounts.findByEmail(input.email);
  if (known) {
    await rehearse(database, (transaction) => insertAll(transaction, { ...draft, email: nobody() }));
    return nothingChanged(known.id);
  }
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
    if (first) nothingChanged(first.id);
  }

  async function insertAll(transaction: Transaction, account: AccountDraft) {
    const accountId = await accounts.insert(transaction, account);
    const workspace = await workspaces.insertUnderFreeSlug(transaction, {
      slugs: slugCandidates(account.fullName),
      displayName: account.fullName,
      ownerId: accountId,
    });
    return { accountId, workspaceId: workspace.id };
  }

  function nothingChanged(accountId: string): void {
    audit.add({
      log: accountId,
      action: 'account.sign-up-repeated',
      target: { type: 'account', id: accountId },
      outcome: 'failed',
    });
    audit.nothingChanged();
  }
}

class Rehearsed extends Error {}

/** Does the work and rolls it back. */
async function rehearse(
  database: Database,
  work: (transaction: Transaction) => Promise<unknown>,
): Promise<void> {
  try {
    await database.$transaction(async (transaction) => {
      await work(transaction);
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
}

/** An address that nobody has: the rehearsal must not stumble over the very address it hides. */
function nobody(): string {
  return `${randomUUID()}@rehearsal.invalid`;
}
