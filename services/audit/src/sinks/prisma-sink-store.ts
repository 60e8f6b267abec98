import type { TransactionClient } from '@pcft/events';
import type { AuditSink, Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { RowFilter } from '../live/row-filter.ts';
import type { Sink, SinkKind } from './sink.ts';

export interface SinkDraft {
  readonly id: string;
  readonly log: string;
  readonly name: string;
  readonly kind: SinkKind;
  readonly url: string | null;
  readonly filter: RowFilter;
  readonly enabled: boolean;
  readonly secret: Uint8Array<ArrayBuffer> | null;
  readonly position: bigint;
  readonly createdBy: string;
}

export interface SinkChange {
  readonly name?: string;
  readonly url?: string;
  readonly filter?: RowFilter;
  readonly enabled?: boolean;
}

/** Both a transaction of the client and, as the log's queue sees it, one that takes its row. */
export type SinkTransaction = Prisma.TransactionClient & TransactionClient;

/** Who delivers by what the sink was may not move it on, nor say of it that it failed: it is taken anew. */
const released = { holder: null, heldUntil: null } as const;

/** Sinks as their owners see them. */
export class PrismaSinkStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  change<T>(work: (transaction: SinkTransaction) => Promise<T>): Promise<T> {
    return this.#prisma.$transaction((transaction) => work(transaction as SinkTransaction));
  }

  async list(log: string, { limit, offset }: { limit: number; offset: number }) {
    const [rows, total] = await Promise.all([
      this.#prisma.auditSink.findMany({ where: { log }, orderBy: { id: 'asc' }, take: limit, skip: offset }),
      this.#prisma.auditSink.count({ where: { log } }),
    ]);
    return { items: rows.map(toSink), total };
  }

  async find(log: string, id: string, within: Prisma.TransactionClient = this.#prisma): Promise<Sink | null> {
    const row = await within.auditSink.findFirst({ where: { id, log } });
    return row && toSink(row);
  }

  /** The sink with nobody else changing it until the transaction ends. */
  async lock(transaction: SinkTransaction, log: string, id: string): Promise<Sink | null> {
    await transaction.$queryRaw`SELECT 1 FROM audit_sink WHERE id = ${id} AND log = ${log} FOR UPDATE`;
    return this.find(log, id, transaction);
  }

  /** False where the log has as many as it may have. */
  async insert(transaction: SinkTransaction, draft: SinkDraft, most: number): Promise<boolean> {
    // Two at once would both see room for one more.
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('audit_sink ' || ${draft.log}, 0))`;
    if ((await transaction.auditSink.count({ where: { log: draft.log } })) >= most) return false;
    const { filter, ...columns } = draft;
    await transaction.auditSink.create({ data: { ...columns, filter: { ...filter } } });
    return true;
  }

  async update(transaction: SinkTransaction, id: string, { filter, ...change }: SinkChange): Promise<void> {
    // What changed may be what failed: it is tried at once, and what failed before is no more said of it.
    await transaction.auditSink.update({
      where: { id },
      data: {
        ...change,
        ...(filter && { filter: { ...filter } }),
        ...{ pendingTo: null, failures: 0, failingSince: null, lastError: null, gaveUpAt: null },
        ...{ nextAttemptAt: new Date(), updatedAt: new Date(), ...released },
      },
    });
  }

  async setSecret(
    transaction: SinkTransaction,
    sink: Sink,
    secret: Uint8Array<ArrayBuffer>,
    previousUntil: Date,
  ): Promise<void> {
    const previousSecret = sink.secrets[0] ? Uint8Array.from(sink.secrets[0]) : null;
    await transaction.auditSink.update({
      where: { id: sink.id },
      data: { secret, previousSecret, previousUntil, updatedAt: new Date(), ...released },
    });
  }

  async remove(transaction: SinkTransaction, id: string): Promise<void> {
    await transaction.auditSink.delete({ where: { id } });
  }
}

export function toSink(row: AuditSink): Sink {
  const { secret, previousSecret, previousUntil, kind, filter, ...rest } = row;
  const previous = previousUntil && previousUntil > new Date() ? previousSecret : null;
  return {
    ...rest,
    kind: kind as SinkKind, // a check of the table
    filter: filter as RowFilter,
    secrets: [secret, previous].filter((each) => each !== null),
  };
}
