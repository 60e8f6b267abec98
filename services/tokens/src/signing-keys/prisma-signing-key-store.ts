import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { SigningKeyStore } from './signing-key-store.ts';
import type { PublicJwk } from './signing-key.ts';

export function createPrismaSigningKeyStore(prisma: PrismaClient): SigningKeyStore {
  return {
    async findActive(appId) {
      const row = await prisma.signingKey.findFirst({ where: { appId, status: 'active' } });
      if (!row) return null;
      const { kid, publicJwk, privateKey: sealedPrivateKey } = row;
      return { kid, appId, publicJwk: toJwk(publicJwk), sealedPrivateKey };
    },
    async addFirst({ kid, appId, publicJwk, sealedPrivateKey }) {
      // The partial unique index has the last word on which of two simultaneous keys is the app's.
      await prisma.signingKey.createMany({
        data: {
          kid,
          appId,
          status: 'active',
          publicJwk: { ...publicJwk },
          privateKey: Buffer.from(sealedPrivateKey),
          notBefore: new Date(),
        },
        skipDuplicates: true,
      });
    },
    async findVerifying(appId, kid) {
      const where = { kid, appId, ...verifying() };
      const row = await prisma.signingKey.findFirst({ where, select: { publicJwk: true } });
      return row && toJwk(row.publicJwk);
    },
    async listPublished(appIds) {
      const rows = await prisma.signingKey.findMany({
        where: { appId: { in: [...appIds] }, ...verifying() },
        select: { publicJwk: true },
        orderBy: [{ appId: 'asc' }, { createdAt: 'asc' }, { kid: 'asc' }],
      });
      return rows.map(({ publicJwk }) => toJwk(publicJwk));
    },
  };
}

function verifying() {
  return {
    status: { in: ['active', 'retiring'] },
    OR: [{ notAfter: null }, { notAfter: { gt: new Date() } }],
  };
}

/** Written by addFirst from the same type; only public members, whatever else the column should come to hold. */
function toJwk(value: Prisma.JsonValue): PublicJwk {
  const { kid, n, e } = value as unknown as PublicJwk;
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e };
}
