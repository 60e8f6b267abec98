import { createId, createToken, tokenDigest } from '@pcft/credentials';
import type { TransactionClient } from '@pcft/events';
import type { MailTransaction } from '@pcft/mail';
import { prepareAccessToken, type AccessTokenDeps } from '../access-tokens/issue-access-token.ts';
import type {
  DirectoryApp,
  DirectoryMembership,
  DirectoryStore,
  DirectoryUser,
} from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';
import type { Admission, Device, SessionStore } from '../sessions/session-store.ts';
import { lifetimesOf } from '../sessions/lifetimes.ts';
import type { GrantedTokens } from './granted-tokens.ts';

export interface BeginSessionDeps extends AccessTokenDeps {
  readonly directory: DirectoryStore;
  readonly sessions: SessionStore;
  readonly tokenPepper: Buffer;
}

/** Writes the audit row of a sign-in, and the mail it brings, into its transaction. */
export type CommitSession = (
  transaction: TransactionClient & MailTransaction,
  begun: { readonly userId: string; readonly sessionId: string },
) => Promise<void>;

/** By the password that the user has shown: it is still the one that holds. */
export function byPassword(user: DirectoryUser & { readonly passwordHash: string }): Admission {
  return (_transaction, { passwordHash }) => Promise.resolve(passwordHash === user.passwordHash);
}

/**
 * Begins a session of a user who has just proved to be that user, in a way that `admits` looks at once more.
 *
 * @returns `null` when the user or the app was changed meanwhile so that the proof is worth nothing any more
 */
export async function beginSession(
  deps: BeginSessionDeps,
  app: DirectoryApp,
  user: DirectoryUser,
  {
    device,
    admits,
    membership = null,
  }: {
    readonly device: Device;
    readonly admits: Admission;
    readonly membership?: DirectoryMembership | null;
  },
  commit: CommitSession,
): Promise<GrantedTokens | null> {
  const sessionId = createId('ses_');
  const refreshToken = createToken('refresh-token');
  const held = await effectiveRoles(deps.directory, user, membership);
  const tenantId = membership?.tenantId ?? null;
  const sessionExpiresAt = await deps.sessions.begin(
    {
      id: sessionId,
      appId: app.id,
      userId: user.id,
      device,
      lifetimes: lifetimesOf(app),
      tenantId,
      digest: tokenDigest(deps.tokenPepper, refreshToken),
    },
    admits,
    (transaction) => commit(transaction, { userId: user.id, sessionId }),
  );
  if (!sessionExpiresAt) return null;
  const token = prepareAccessToken(deps, app, { user, sessionId, sessionExpiresAt, tenantId, ...held });
  return { accessToken: await token.sign(), expiresIn: token.expiresIn, refreshToken, scope: null };
}
