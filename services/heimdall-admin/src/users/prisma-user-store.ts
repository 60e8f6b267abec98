import { isUniqueViolation } from '@pcft/database';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { recordChange } from '../directory/record-change.ts';
import { emailTaken } from './email-taken.ts';
import { emailKey, userRecord, type User } from './user.ts';
import type { UserStore } from './user-store.ts';

export function createPrismaUserStore(prisma: PrismaClient): UserStore {
  return {
    async create(user, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await insert(transaction, user);
          await commit(transaction);
          return recordChange(transaction, [userRecord(user)]);
        });
      } catch (error) {
        throw isUniqueViolation(error, 'user_app_id_email_key_key') ? emailTaken(error) : error;
      }
    },
    async emailTaken(appId, email) {
      const where = { appId_emailKey: { appId, emailKey: emailKey(email) } };
      return (await prisma.user.findUnique({ where, select: { id: true } })) !== null;
    },
    findRole: (appId, name) =>
      prisma.role.findUnique({
        where: { appId_name: { appId, name } },
        select: { id: true, name: true },
      }),
    async list(appId, { limit, offset }) {
      const [rows, total] = await Promise.all([
        prisma.user.findMany({
          where: { appId },
          include: { roles: { include: { role: true }, orderBy: { createdAt: 'asc' } } },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.user.count({ where: { appId } }),
      ]);
      return { items: rows.map(toUser), total };
    },
  };
}

async function insert(transaction: Prisma.TransactionClient, user: User): Promise<void> {
  const { roles, ...fields } = user;
  const metadata = user.metadata as Prisma.InputJsonObject;
  await transaction.user.create({ data: { ...fields, metadata, emailKey: emailKey(user.email) } });
  await transaction.userRole.createMany({
    data: roles.map((role) => ({ userId: user.id, roleId: role.id, createdAt: user.createdAt })),
  });
}

type UserRow = Prisma.UserGetPayload<{ include: { roles: { include: { role: true } } } }>;

function toUser({ emailKey: _, roles, ...row }: UserRow): User {
  return {
    ...row,
    // The table's check constraint and this service's writes vouch for both.
    status: row.status as User['status'],
    metadata: row.metadata as User['metadata'],
    roles: roles.map(({ role }) => ({ id: role.id, name: role.name })),
  };
}
