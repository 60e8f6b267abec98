/**
 * What of a database client is needed here: the unsafe calls of any Prisma client, or of one inside a transaction.
 * Every text below is a constant, and every value a parameter.
 */
export interface Statements {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): Promise<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): Promise<number>;
}
