import type { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlQuery, type SqlResultSet } from '@prisma/driver-adapter-utils';

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

interface RawResult {
  fields: { name: string; dataTypeID: number }[];
  rows: unknown[][];
}

/** PostgreSQL's internal one-byte type "char", in which its catalogue tables keep flags. */
const charTypeId = 18;
const textTypeId = 25;

/**
 * Lets the schema engine read PostgreSQL's catalogue through the driver adapter, which refuses "char" columns
 * (prisma/orm issue 27403), and hides PostgreSQL 18's NOT NULL rows of pg_constraint, on which the engine panics
 * (issue 29635). Also sends a script as one query: the adapter splits it at every `;`, which breaks function
 * bodies, and a migration that fails half-way would leave its first half. PostgreSQL runs one simple query in one
 * implicit transaction.
 */
export function readCatalogue(adapter: PgAdapter): PgAdapter {
  // Private in its types, but the only place that sees the type ids before the adapter refuses them.
  const internals = adapter as unknown as { performIO(query: SqlQuery): Promise<RawResult> };
  adapter.queryRaw = async (query) => {
    const charColumns: number[] = [];
    const view = Object.create(adapter, {
      performIO: {
        value: async (sent: SqlQuery): Promise<RawResult> => {
          const result = await internals.performIO(sent);
          const constraintType = result.fields.findIndex((field) => field.name === 'constraint_type');
          for (const [index, field] of result.fields.entries()) {
            if (field.dataTypeID !== charTypeId) continue;
            charColumns.push(index);
            field.dataTypeID = textTypeId;
          }
          const rows = result.rows.filter((row) => constraintType === -1 || row[constraintType] !== 'n');
          return { ...result, rows };
        },
      },
    }) as PgAdapter;
    const result: SqlResultSet = await (Object.getPrototypeOf(adapter) as PgAdapter).queryRaw.call(
      view,
      query,
    );
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  adapter.executeScript = async (script) => {
    await adapter.underlyingDriver().query(script);
  };
  return adapter;
}
