/**
 * The keeper's side of the lease protocol (docs/revocation.md) for a service whose database holds the log: platform
 * for PATs, tokens for its own caches.
 */
export { appendInvalidations, type AppendedRows } from './append-invalidations.ts';
export { createLeaseKeeping, type LeaseKeeping } from './create-lease-keeping.ts';
export { epochText } from './epoch-sql.ts';
export { LeaseKeeper } from './lease-keeper.ts';
export { PostgresLeaseStore, type LeaseStore } from './postgres-lease-store.ts';
export { pruneLog } from './prune-log.ts';
export type { Statements } from './statements.ts';
export { createOwnLeaseAuthority } from './own-lease-authority.ts';
