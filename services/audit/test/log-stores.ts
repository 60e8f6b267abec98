import type { SigningPair } from '@pcft/audit-proof';
import { createPrismaAdapter } from '@pcft/database';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createPageReader } from '../src/audit-log/page-reader.ts';
import { createPostgresCheckpointStore } from '../src/checkpoints/postgres-checkpoint-store.ts';
import { createPostgresChainStore } from '../src/ingest/postgres-chain-store.ts';
import { createPostgresSegmentStore } from '../src/segments/postgres-segment-store.ts';
import type { ScratchLog } from './scratch-log.ts';

/** What the service keeps a log with, in the service's role, and a way to close each of them. */
export function openLogStores(log: ScratchLog, key: SigningPair) {
  const options = { databaseUrl: log.runtimeUrl, onError: () => {} };
  const chain = createPostgresChainStore(options);
  const checkpoints = createPostgresCheckpointStore({ ...options, key: { kid: key.kid, x: key.jwk.x } });
  const segments = createPostgresSegmentStore(options);
  const prisma = new PrismaClient({
    adapter: createPrismaAdapter({ url: log.runtimeUrl, applicationName: 'audit test' }),
  });
  const pages = createPageReader({ DATABASE_URL: log.runtimeUrl, DATABASE_POOL: 4 }, () => undefined);
  const closers: (() => Promise<unknown>)[] = [
    () => chain.close(),
    () => checkpoints.close(),
    () => segments.close(),
    () => prisma.$disconnect(),
    () => pages.close(),
  ];
  return { chain, checkpoints, segments, prisma, pages, closers };
}
