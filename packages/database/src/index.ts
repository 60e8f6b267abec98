export { createPrismaAdapter, type DatabaseOptions, statementNames } from './prisma-adapter.ts';
export { asUnavailable, isDatabaseAway, isUniqueViolation } from './database-failure.ts';
export { databaseReady, type QueryableClient } from './database-ready.ts';
export { foreignHashKinds } from './foreign-hash-kinds.ts';
