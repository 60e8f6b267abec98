import type { TransactionClient } from '@pcft/events';

/** A refresh token as it is kept: all that descend from one sign-in are a family. */
export interface NewRefreshToken {
  readonly digest: Buffer<ArrayBuffer>;
  readonly familyId: string;
  readonly appId: string;
  readonly userId: string;
  readonly expiresAt: Date;
}

export interface RefreshTokenStore {
  /**
   * Keeps the first token of a family, together with the audit row that `commit` writes, unless the user's sign-in
   * has been undone meanwhile: deactivated, deleted, another password, app archived.
   *
   * @returns false when it was undone, and nothing is kept
   */
  begin(
    token: NewRefreshToken,
    passwordHash: string,
    commit: (transaction: TransactionClient) => Promise<void>,
  ): Promise<boolean>;
}
