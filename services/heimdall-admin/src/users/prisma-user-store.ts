import { foreignHashKinds, isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { emailTaken } from './email-taken.ts';
import { emailKey, userRecord, type User } from './user.ts';
import type { UserFilter, UserStore } from './user-store.ts';

export function createPrismaUserStore(prisma: PrismaClient, queue: DirectoryQueue): UserStore {
  return {
    async create(user, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await insertUser(transaction, user);
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
    async findByEmail(appId, email) {
      const where = { appId_emailKey: { appId, emailKey: emailKey(email) } };
      const row = await prisma.user.findUnique({ where, include: withRoles });
      return row && toUser(row);
    },
    async find(appId, id) {
      const row = await prisma.user.findFirst({ where: { id, appId }, include: withRoles });
      return row && toUser(row);
    },
    foreignHashKinds: (appId) => foreignHashKinds(prisma, 'app_user', appId),
    findRole: (appId, name) =>
      prisma.role.findUnique({
        where: { appId_name: { appId, name } },
        select: { id: true, name: true },
      }),
    findRoles: (appId, names) =>
      prisma.role.findMany({
        where: { appId, name: { in: [...names] } },
        select: { id: true, name: true },
        orderBy: { name: 'asc' },
      }),
    async change(appId, id, decide, commit) {
      try {
        const done = await prisma.$transaction(async (transaction) => {
          const before = await lockUser(transaction, appId, id);
          if (!before) return null;
          const decided = decide(before);
          if (decided === before) return { before, after: before, changed: false, pending: [] };
          const after: User = { ...decided, version: before.version + 1, updatedAt: new Date() };
          await writeUser(transaction, before, after);
          await commit(before, after)(transaction);
          const pending = await recordChange(transaction, [userRecord(after)]);
          return { before, after, changed: true, pending };
        });
        return done && !done.changed ? { ...done, pending: await queue.pendingOf('user', id) } : done;
      } catch (error) {
        throw isUniqueViolation(error, 'user_app_id_email_key_key') ? emailTaken(error) : error;
      }
    },
    createMany: (users, commit) =>
      prisma.$transaction(async (transaction) => {
        // The unique index has the last word on addresses that others take at the same time.
        const rows = await transaction.user.createManyAndReturn({
          data: users.map(toRow),
          skipDuplicates: true,
          select: { id: true },
        });
        const ids = new Set(rows.map(({ id }) => id));
        const created = users.filter(({ id }) => ids.has(id));
        await transaction.userRole.createMany({ data: created.flatMap(roleRows) });
        await commit(created)(transaction);
        const pending = created.length > 0 ? await recordChange(transaction, created.map(userRecord)) : [];
        return { created, pending };
      }),
    async list(appId, filter, { limit, offset }) {
      const where = { appId, ...conditions(filter) };
      const [rows, total] = await Promise.all([
        prisma.user.findMany({
          where,
          include: withRoles,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.user.count({ where }),
      ]);
      return { items: rows.map(toUser), total };
    },
  };
}

const withRoles = { roles: { include: { role: true }, orderBy: { createdAt: 'asc' } } } as const;

function conditions({ status, role, emailPrefix }: UserFilter): Prisma.UserWhereInput {
  const prefix = emailPrefix === undefined ? null : emailKey(emailPrefix);
  return {
    ...(status && { status }),
    ...(role !== undefined && { roles: { some: { role: { name: role } } } }),
    // The column is ordered by bytes, so a prefix is a range; LIKE would give `%` and `_` a meaning.
    ...(prefix !== null && { emailKey: { gte: prefix, lt: `${prefix}\u{10ffff}` } }),
  };
}

/** A user of the app who stays as found while the transaction lasts. */
export async function lockUser(
  transaction: Prisma.TransactionClient,
  appId: string,
  id: string,
): Promise<User | null> {
  await transaction.$queryRaw`SELECT 1 FROM app_user WHERE id = ${id} AND app_id = ${appId} FOR UPDATE`;
  const row = await transaction.user.findFirst({ where: { id, appId }, include: withRoles });
  return row && toUser(row);
}

/** Writes what has become of a locked user. @throws Fault `not-found` when a new role was deleted meanwhile */
export async function writeUser(
  transaction: Prisma.TransactionClient,
  before: User,
  after: User,
): Promise<void> {
  await transaction.user.update({ where: { id: after.id }, data: toRow(after) });
  const kept = new Set(after.roles.map(({ id }) => id));
  const held = new Set(before.roles.map(({ id }) => id));
  const removed = before.roles.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  if (removed.length > 0)
    await transaction.userRole.deleteMany({ where: { userId: after.id, roleId: { in: removed } } });
  const added = after.roles.filter(({ id }) => !held.has(id));
  for (const role of added) {
    // Waits for whoever deletes the role right now, and then finds it gone.
    const standing = await transaction.$queryRaw<
      unknown[]
    >`SELECT 1 FROM role WHERE id = ${role.id} AND app_id = ${after.appId} FOR KEY SHARE`;
    if (standing.length === 0) throw new Fault('not-found');
    await transaction.userRole.create({
      data: { userId: after.id, roleId: role.id, createdAt: after.updatedAt },
    });
  }
}

export async function insertUser(transaction: Prisma.TransactionClient, user: User): Promise<void> {
  await transaction.user.create({ data: toRow(user) });
  await transaction.userRole.createMany({ data: roleRows(user) });
}

function toRow({ roles: _, ...fields }: User) {
  return {
    ...fields,
    metadata: fields.metadata as Prisma.InputJsonObject,
    emailKey: emailKey(fields.email),
  };
}

function roleRows({ id, roles, createdAt }: User) {
  return roles.map((role) => ({ userId: id, roleId: role.id, createdAt }));
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
