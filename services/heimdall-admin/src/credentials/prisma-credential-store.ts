import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { credentialRecord, type Credential, type CredentialSecret } from './credential.ts';
import type { CredentialStore } from './credential-store.ts';

export function createPrismaCredentialStore(prisma: PrismaClient, queue: DirectoryQueue): CredentialStore {
  return {
    create: (credential, commit) =>
      prisma.$transaction(async (transaction) => {
        await transaction.credential.create({ data: toRow(credential) });
        await addSecrets(transaction, credential.id, credential.secrets);
        await commit(transaction);
        return recordChange(transaction, [credentialRecord(credential)]);
      }),
    async list(appId, { limit, offset }) {
      const where = { appId, status: 'active' };
      const [rows, total] = await Promise.all([
        prisma.credential.findMany({
          where,
          include: withSecrets,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.credential.count({ where }),
      ]);
      return { items: rows.map(toCredential), total };
    },
    async change(appId, id, decide, commit) {
      const done = await prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT 1 FROM credential WHERE id = ${id} AND app_id = ${appId} FOR UPDATE`;
        const row = await transaction.credential.findFirst({ where: { id, appId }, include: withSecrets });
        if (!row) return null;
        const before = toCredential(row);
        const decided = decide(before);
        if (decided === before) return { before, after: before, changed: false, pending: [] };
        const after: Credential = { ...decided, version: before.version + 1, updatedAt: new Date() };
        const { lastUsedAt: _, ...fields } = toRow(after);
        await transaction.credential.update({ where: { id }, data: fields });
        if (after.secrets !== before.secrets) {
          await transaction.credentialSecret.deleteMany({ where: { credentialId: id } });
          await addSecrets(transaction, id, after.secrets);
        }
        await commit(before, after)(transaction);
        const pending = await recordChange(transaction, [credentialRecord(after)]);
        return { before, after, changed: true, pending };
      });
      return done && !done.changed ? { ...done, pending: await queue.pendingOf('credential', id) } : done;
    },
  };
}

const withSecrets = { secrets: { orderBy: { createdAt: 'desc' } } } as const;

async function addSecrets(
  transaction: Prisma.TransactionClient,
  credentialId: string,
  secrets: readonly CredentialSecret[],
): Promise<void> {
  await transaction.credentialSecret.createMany({
    data: secrets.map(({ digest, ...secret }) => ({ ...secret, digest: Buffer.from(digest), credentialId })),
  });
}

function toRow({ secrets: _, ...fields }: Credential) {
  return { ...fields, permissions: [...fields.permissions] };
}

type CredentialRow = Prisma.CredentialGetPayload<{ include: { secrets: true } }>;

function toCredential(row: CredentialRow): Credential {
  // The table's check constraint vouches for it.
  return { ...row, status: row.status as Credential['status'] };
}
