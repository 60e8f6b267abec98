import { PrismaClient, type Prisma } from '../generated/prisma/client.ts';

/** The service's own database. */
export type Database = PrismaClient;

/** The same inside an interactive transaction. */
export type Transaction = Prisma.TransactionClient;

/** Either, for statements that do not care. */
export type Statements = Database | Transaction;

export { PrismaClient };
