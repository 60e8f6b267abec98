import type { PrismaClient } from '../../generated/prisma/client.ts';

/** When keys and credentials were last used, as tokens reports it. */
export interface LastUseStore {
  /** Later times win; what is unknown is left out. */
  report(items: readonly { readonly id: string; readonly at: string }[]): Promise<void>;
}

export function createPrismaLastUseStore(prisma: PrismaClient): LastUseStore {
  return {
    async report(items) {
      const json = JSON.stringify(items);
      // In the order of ids: reports of several processes must lock rows in one order.
      await prisma.$transaction([
        prisma.$executeRaw`
          UPDATE app_key SET last_used_at = used.at
          FROM (SELECT id, max(at) AS at FROM jsonb_to_recordset(${json}::jsonb) AS item (id text, at timestamptz)
                GROUP BY id ORDER BY id) AS used
          WHERE app_key.id = used.id AND (last_used_at IS NULL OR last_used_at < used.at)`,
        prisma.$executeRaw`
          UPDATE credential SET last_used_at = used.at
          FROM (SELECT id, max(at) AS at FROM jsonb_to_recordset(${json}::jsonb) AS item (id text, at timestamptz)
                GROUP BY id ORDER BY id) AS used
          WHERE credential.id = used.id AND (last_used_at IS NULL OR last_used_at < used.at)`,
      ]);
    },
  };
}
