import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { recordChange } from '../directory/record-change.ts';
import { roleRecord } from './role.ts';
import type { RoleStore } from './role-store.ts';

export function createPrismaRoleStore(prisma: PrismaClient): RoleStore {
  return {
    async create(role, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await transaction.role.create({ data: { ...role, permissions: [...role.permissions] } });
          await commit(transaction);
          return recordChange(transaction, [roleRecord(role)]);
        });
      } catch (error) {
        if (!isUniqueViolation(error, 'role_app_id_name_key')) throw error;
        throw new Fault('conflict', {
          message: 'The app has a role of this name already',
          details: [{ field: 'name', reason: 'taken' }],
          cause: error,
        });
      }
    },
  };
}
