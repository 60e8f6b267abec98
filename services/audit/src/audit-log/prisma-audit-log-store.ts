import type { AuditEvent } from '@pcft/events';
import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditLogStore } from './audit-log-store.ts';
import type { AuditFilter, AuditRow } from './audit-row.ts';

interface StoredRow {
  readonly id: string;
  readonly log: string;
  readonly seq: bigint;
  readonly hash: Uint8Array;
  readonly source: string;
  readonly occurred_at: Date;
  readonly readable: boolean;
  readonly body: Uint8Array;
}

const columns = Prisma.raw('id, log, seq, hash, source, occurred_at, readable, body');

export function createPrismaAuditLogStore(prisma: PrismaClient): AuditLogStore {
  return {
    async list(logs, filter, window) {
      if (logs.length === 0) return { items: [], total: 0 };
      const [rows, counted] = await Promise.all([
        prisma.$queryRaw<StoredRow[]>(pageQuery(logs, filter, window)),
        prisma.$queryRaw<{ total: bigint }[]>(countQuery(logs, filter)),
      ]);
      return { items: rows.map(toRow), total: Number(counted[0]?.total ?? 0n) };
    },
    async get(id, logs) {
      const row = await prisma.auditEvent.findFirst({ where: { id, log: { in: [...logs] } } });
      return row && toRow({ ...row, occurred_at: row.occurredAt });
    },
  };
}

/**
 * One ordered index scan for each log and each column an action may stand in, each cut to what the page can need, then
 * merged: `log IN (…) ORDER BY occurred_at` would read and sort every row of every log.
 */
function pageQuery(
  logs: readonly string[],
  filter: AuditFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Prisma.Sql {
  const scans = logs.flatMap((log) =>
    actionConditions(filter).map(
      (action) => Prisma.sql`
        (SELECT ${columns} FROM audit_event
         WHERE ${Prisma.join([Prisma.sql`log = ${log}`, ...action, ...conditions(filter)], ' AND ')}
         ORDER BY occurred_at DESC, seq DESC LIMIT ${limit + offset})`,
    ),
  );
  return Prisma.sql`
    SELECT ${columns} FROM (${Prisma.join(scans, ' UNION ALL ')}) AS page
    ORDER BY occurred_at DESC, log DESC, seq DESC LIMIT ${limit} OFFSET ${offset}`;
}

function countQuery(logs: readonly string[], filter: AuditFilter): Prisma.Sql {
  const counts = actionConditions(filter).map((action) => {
    const where = [Prisma.sql`log = ANY(${[...logs]})`, ...action, ...conditions(filter)];
    return Prisma.sql`(SELECT count(*) FROM audit_event WHERE ${Prisma.join(where, ' AND ')})`;
  });
  return Prisma.sql`SELECT ${Prisma.join(counts, ' + ')} AS total`;
}

/** The event's name or the policy action: two indexes, hence two scans, and no row in both. */
function actionConditions({ action }: AuditFilter): readonly Prisma.Sql[][] {
  if (action === undefined) return [[]];
  return [
    [Prisma.sql`action = ${action}`],
    [Prisma.sql`required_action = ${action}`, Prisma.sql`required_action <> action`],
  ];
}

function conditions(filter: AuditFilter): Prisma.Sql[] {
  const { actorId, patId, targetId, appId, resource, requestId, service, outcome, from, to } = filter;
  return [
    actorId !== undefined && Prisma.sql`actor_id = ${actorId}`,
    patId !== undefined && Prisma.sql`pat_id = ${patId}`,
    targetId !== undefined && Prisma.sql`target_id = ${targetId}`,
    appId !== undefined && Prisma.sql`app_id = ${appId}`,
    resource !== undefined && Prisma.sql`resource = ${resource}`,
    requestId !== undefined && Prisma.sql`request_id = ${requestId}`,
    service !== undefined && Prisma.sql`service = ${service}`,
    outcome !== undefined && Prisma.sql`outcome = ${outcome}`,
    from && Prisma.sql`occurred_at >= ${from}`,
    to && Prisma.sql`occurred_at < ${to}`,
  ].filter((condition) => condition instanceof Prisma.Sql);
}

function toRow({ id, log, seq, hash, source, occurred_at: occurredAt, readable, body }: StoredRow): AuditRow {
  const event = readable ? (JSON.parse(Buffer.from(body).toString()) as AuditEvent) : null;
  return { id, log, seq, hash, source, occurredAt, event };
}
