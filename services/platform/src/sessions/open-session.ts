import { createId, createToken, tokenDigest } from '@pcft/credentials';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { Change } from '../invalidation/change-committer.ts';
import type { PrismaSessionStore } from './prisma-session-store.ts';

export interface SessionPorts {
  readonly sessions: PrismaSessionStore;
  readonly tokenPepper: Buffer;
}

export interface OpenedSession {
  readonly session: { readonly id: string; readonly expiresAt: Date };
  /** For the cookie. Not stored, not shown anywhere else. */
  readonly token: string;
}

/** Opens a session as the last step of a sign-in's transaction, with its audit row. Gives what the transaction ends with. */
export async function openSession(
  { sessions, tokenPepper }: SessionPorts,
  transaction: Transaction,
  owner: {
    readonly accountId: string;
    readonly ip: string;
    readonly userAgent: string | null;
    /** How it was opened, where that is more than a password. */
    readonly method?: string;
  },
  audit: CallAudit,
): Promise<Change<OpenedSession>> {
  const { accountId, ip, userAgent, method } = owner;
  const id = createId('ses_');
  const token = createToken('session');
  const digest = tokenDigest(tokenPepper, token);
  const confirmed = method !== undefined;
  const expiresAt = await sessions.insert(transaction, { id, accountId, digest, ip, userAgent, confirmed });
  await audit.commit(transaction, {
    log: accountId,
    actor: { type: 'account', id: accountId, session_id: id },
    target: { type: 'session', id },
    ...(method !== undefined && { metadata: { method } }),
  });
  return {
    result: { session: { id, expiresAt }, token },
    invalidates: [{ kind: 'credential', id }],
    narrows: false,
  };
}
