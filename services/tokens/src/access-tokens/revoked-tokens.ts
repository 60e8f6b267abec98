import type { TransactionClient } from '@pcft/events';
import type { ChangeCommitter } from '../changes/change-committer.ts';

/** Access tokens of machines that were revoked before they expire. Those of users end with their session. */
export interface RevokedTokens {
  /**
   * No process takes the token any more when this resolves; `commit` writes the audit row of it.
   *
   * @returns false when it was revoked already
   */
  revoke(
    token: { readonly jti: string; readonly credentialId: string; readonly expiresAt: Date },
    commit: (transaction: TransactionClient) => Promise<void>,
  ): Promise<boolean>;
  /** Forgets those that have expired. */
  prune(): Promise<unknown>;
}

export function createPrismaRevokedTokens(
  changes: ChangeCommitter,
  statements: { $executeRawUnsafe(query: string): Promise<number> },
): RevokedTokens {
  return {
    revoke: ({ jti, credentialId, expiresAt }, commit) =>
      changes.commit(async (transaction) => {
        const revoked = await transaction.$executeRaw`
          INSERT INTO revoked_access_token (jti, credential_id, expires_at)
          VALUES (${jti}, ${credentialId}, ${expiresAt}) ON CONFLICT DO NOTHING`;
        if (revoked > 0) await commit(transaction);
        // Also for one that is known: it may not have passed the barrier yet.
        return {
          result: revoked > 0,
          invalidates: [{ kind: 'credential', id: credentialId }],
          narrows: true,
        };
      }),
    // A minute later than it could be taken anywhere, whatever the clocks say.
    prune: () =>
      statements.$executeRawUnsafe(
        `DELETE FROM revoked_access_token WHERE expires_at < now() - interval '1 minute'`,
      ),
  };
}
