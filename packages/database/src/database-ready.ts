/** What readiness needs of a Prisma client. */
export interface QueryableClient {
  $queryRawUnsafe(query: string): Promise<unknown>;
}

/** Rejects when the database does not answer. */
export async function databaseReady(client: QueryableClient): Promise<void> {
  await client.$queryRawUnsafe('SELECT 1');
}
