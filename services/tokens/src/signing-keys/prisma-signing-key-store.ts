import type { PrismaClient, SigningKey } from '../../generated/prisma/client.ts';
import type { ChangeCommitter, Transaction } from '../changes/change-committer.ts';
import { keysOf, toPublicJwk } from './signing-key.ts';
import type {
  SigningKeyInfo,
  SigningKeyStatus,
  SigningKeyStore,
  StoredSigningKey,
} from './signing-key-store.ts';

export function createPrismaSigningKeyStore(prisma: PrismaClient, changes: ChangeCommitter): SigningKeyStore {
  return {
    async findActive(appId) {
      const row = await prisma.signingKey.findFirst({ where: { appId, status: 'active' } });
      if (!row?.privateKey) return null;
      const { kid, publicJwk, privateKey: sealedPrivateKey } = row;
      const due = await prisma.signingKey.count({ where: { appId, ...isDue() } });
      return { kid, appId, publicJwk: toPublicJwk(publicJwk), sealedPrivateKey, successorDue: due > 0 };
    },
    async addFirst(key) {
      // The partial unique index has the last word on which of two simultaneous keys is the app's.
      await prisma.signingKey.createMany({
        data: { ...columnsOf(key), status: 'active', notBefore: new Date() },
        skipDuplicates: true,
      });
    },
    addPending: (key, leadSeconds, commit) =>
      changes.commit(async (transaction) => {
        const notBefore = new Date(Date.now() + leadSeconds * 1000);
        const { count } = await transaction.signingKey.createMany({
          data: { ...columnsOf(key), status: 'pending', notBefore },
          skipDuplicates: true,
        });
        if (count === 0) return { result: null, invalidates: [], narrows: false };
        const added = toInfo(await transaction.signingKey.findUniqueOrThrow({ where: { kid: key.kid } }));
        await commit(transaction, added);
        // Narrowing in a way: when this returns, no process publishes a JWKS without the key any more.
        return { result: added, invalidates: [keysOf(key.appId)], narrows: true };
      }),
    promote: (appId, verifySeconds) =>
      changes.commit(async (transaction) => {
        await lockKeys(transaction, appId);
        const due = await transaction.signingKey.findFirst({ where: { appId, ...isDue() } });
        if (!due) return { result: undefined, invalidates: [], narrows: false };
        await transaction.signingKey.updateMany({
          where: { appId, status: 'active' },
          data: { status: 'retiring', notAfter: new Date(Date.now() + verifySeconds * 1000) },
        });
        await activate(transaction, due.kid);
        return { result: undefined, invalidates: [keysOf(appId)], narrows: false };
      }),
    retire: (appId, kid, replacement, commit) =>
      changes.commit<SigningKeyInfo | 'absent' | 'retired'>(async (transaction) => {
        await lockKeys(transaction, appId);
        const key = await transaction.signingKey.findFirst({ where: { appId, kid } });
        if (!key) return { result: 'absent', invalidates: [], narrows: false };
        // Once more, for a retirement whose answer was lost before it had passed the barrier.
        if (key.status === 'retired')
          return { result: 'retired', invalidates: [keysOf(appId)], narrows: true };
        const retired = toInfo(
          await transaction.signingKey.update({
            where: { kid },
            data: { status: 'retired', notAfter: new Date(), privateKey: null },
          }),
        );
        if (key.status === 'active') await replace(transaction, appId, replacement);
        await commit(transaction, retired);
        return { result: retired, invalidates: [keysOf(appId)], narrows: true };
      }),
    async list(appId, { limit, offset }) {
      const [rows, total] = await Promise.all([
        prisma.signingKey.findMany({
          where: { appId },
          orderBy: [{ createdAt: 'desc' }, { kid: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.signingKey.count({ where: { appId } }),
      ]);
      return { items: rows.map(toInfo), total };
    },
    async listPublished(appIds) {
      const rows = await prisma.signingKey.findMany({
        where: { appId: { in: [...appIds] }, ...verifying() },
        select: { publicJwk: true },
        orderBy: [{ appId: 'asc' }, { createdAt: 'asc' }, { kid: 'asc' }],
      });
      return rows.map(({ publicJwk }) => toPublicJwk(publicJwk));
    },
    async listDue(limit) {
      const rows = await prisma.signingKey.findMany({ where: isDue(), take: limit, select: { appId: true } });
      return rows.map(({ appId }) => appId);
    },
    async listAged(days, limit) {
      const rows = await prisma.$queryRaw<{ appId: string }[]>`
        SELECT key.app_id AS "appId" FROM signing_key key JOIN directory_app app ON app.id = key.app_id
        WHERE key.status = 'active' AND key.not_before < now() - ${days}::int * interval '1 day'
          AND app.status = 'active' AND NOT app.deleted
          AND NOT EXISTS (SELECT FROM signing_key next WHERE next.app_id = key.app_id AND next.status = 'pending')
        ORDER BY key.not_before LIMIT ${limit}::int`;
      return rows.map(({ appId }) => appId);
    },
    async tidy(verifySeconds) {
      const now = Date.now();
      await prisma.signingKey.updateMany({
        where: { status: 'retiring', notAfter: { lte: new Date(now) } },
        data: { status: 'retired', privateKey: null },
      });
      // A minute after its last turn: a process that was about to sign with it has done so.
      await prisma.signingKey.updateMany({
        where: {
          status: 'retiring',
          privateKey: { not: null },
          notAfter: { lte: new Date(now + (verifySeconds - 60) * 1000) },
        },
        data: { privateKey: null },
      });
    },
  };
}

/** Two changes of an app's keys wait for each other. */
async function lockKeys(transaction: Transaction, appId: string): Promise<void> {
  await transaction.$queryRaw`
    SELECT 1 FROM signing_key WHERE app_id = ${appId} AND status IN ('active', 'pending') ORDER BY kid FOR UPDATE`;
}

async function activate(transaction: Transaction, kid: string): Promise<void> {
  await transaction.signingKey.update({ where: { kid }, data: { status: 'active', notBefore: new Date() } });
}

async function replace(
  transaction: Transaction,
  appId: string,
  replacement: StoredSigningKey,
): Promise<void> {
  const waiting = await transaction.signingKey.findFirst({ where: { appId, status: 'pending' } });
  if (waiting) return activate(transaction, waiting.kid);
  await transaction.signingKey.create({
    data: { ...columnsOf(replacement), status: 'active', notBefore: new Date() },
  });
}

function columnsOf({ kid, appId, publicJwk, sealedPrivateKey }: StoredSigningKey) {
  return { kid, appId, publicJwk: { ...publicJwk }, privateKey: Buffer.from(sealedPrivateKey) };
}

function toInfo({ kid, appId, status, createdAt, notBefore, notAfter }: SigningKey): SigningKeyInfo {
  return { kid, appId, status: status as SigningKeyStatus, createdAt, notBefore, notAfter };
}

function isDue() {
  return { status: 'pending', notBefore: { lte: new Date() } };
}

function verifying() {
  return { status: { not: 'retired' }, OR: [{ notAfter: null }, { notAfter: { gt: new Date() } }] };
}
