import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { RefreshTokenStore } from './refresh-token-store.ts';

export function createPrismaRefreshTokenStore(prisma: PrismaClient): RefreshTokenStore {
  return {
    begin: (token, passwordHash, commit) =>
      prisma.$transaction(async (transaction) => {
        // Checking a password takes long enough for the user to be deactivated meanwhile. The lock makes such a
        // change wait until this sign-in is committed, where it can be found and ended.
        const standing = await transaction.$queryRaw<unknown[]>`
          SELECT 1 FROM directory_user u JOIN directory_app a ON a.id = u.app_id
          WHERE u.id = ${token.userId} AND u.app_id = ${token.appId} AND u.status = 'active' AND NOT u.deleted
            AND u.password_hash = ${passwordHash} AND a.status = 'active' AND NOT a.deleted
          FOR SHARE`;
        if (standing.length === 0) return false;
        await transaction.refreshToken.create({ data: token });
        await commit(transaction);
        return true;
      }),
  };
}
