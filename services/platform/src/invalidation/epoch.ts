import { epochText } from '@pcft/lease-postgres';
import { Prisma } from '../../generated/prisma/client.ts';

/** Which life of the database positions of the log belong to, for the statements written here. */
export const epochSql = Prisma.raw(epochText);
