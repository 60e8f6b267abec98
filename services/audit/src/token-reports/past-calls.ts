import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';

/** A call on which something was decided, as far as a policy is concerned. */
export interface PastCall {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly resource: string;
  /** The layer that refused it; `null`: it was allowed, whatever came of it then. */
  readonly refusedBy: string | null;
}

export interface PastCallsOf {
  readonly log: string;
  /** `null`: everybody's. */
  readonly patId: string | null;
  readonly since: Date;
}

export interface PastCalls {
  /** The newest first, page by page. None that retention has retired. */
  pages(of: PastCallsOf): AsyncGenerator<readonly PastCall[]>;
}

interface Row {
  readonly id: string;
  readonly seq: bigint;
  readonly at: Date;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly layer: string | null;
  readonly reason: string | null;
}

const rowsAtOnce = 2_000;

export function createPrismaPastCalls(prisma: PrismaClient): PastCalls {
  return {
    async *pages({ log, patId, since }) {
      const mine = patId === null ? Prisma.empty : Prisma.sql`AND pat_id = ${patId}`;
      let behind = Prisma.empty;
      for (;;) {
        // What was decided stands in the chained bytes; a success needs no look at them.
        const rows = await prisma.$queryRaw<Row[]>`
          SELECT id, seq, occurred_at AS at, required_action AS action, resource, outcome,
                 CASE WHEN outcome <> 'success' THEN convert_from(body, 'UTF8')::json #>> '{decision,layer}' END AS layer,
                 CASE WHEN outcome <> 'success' THEN convert_from(body, 'UTF8')::json #>> '{decision,reason}' END AS reason
          FROM audit_event
          WHERE log = ${log} AND occurred_at >= ${since} ${mine} ${behind}
            AND seq >= (SELECT first_seq FROM chain_head WHERE log = ${log})
            AND readable AND required_action IS NOT NULL AND resource IS NOT NULL
          ORDER BY occurred_at DESC, seq DESC LIMIT ${rowsAtOnce}`;
        yield rows.flatMap((row) => toCall(row) ?? []);
        const last = rows.at(-1);
        if (!last || rows.length < rowsAtOnce) return;
        behind = Prisma.sql`AND (occurred_at, seq) < (${last.at}, ${last.seq})`;
      }
    },
  };
}

/** `null`: refused before anything was decided, by a limit say. */
function toCall({ id, at, action, resource, outcome, layer, reason }: Row): PastCall | null {
  const call = { id, at, action, resource };
  if (outcome === 'success' || reason === 'allowed') return { ...call, refusedBy: null };
  return layer === null ? null : { ...call, refusedBy: layer };
}
