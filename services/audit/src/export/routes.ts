import type { auditOperations } from '@pcft/contracts';
import { invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { ChainRows } from '../checkpoints/chain-rows.ts';
import { csvHeader, csvRecord } from './csv.ts';
import { exportLog, type ExportDeps, type ExportRange } from './export-log.ts';

type Operations = Pick<typeof auditOperations, 'exportWorkspaceAuditLog'>;

export function exportHandlers(deps: ExportDeps): Handlers<Operations> {
  return {
    async exportWorkspaceAuditLog(call: Call<Operations['exportWorkspaceAuditLog']>) {
      const { access, query } = call;
      const log = access?.id ?? '';
      const { format = 'ndjson', from_seq: from = 1, to_seq: to } = query;
      if (to !== undefined && from > to) throw invalid('from_seq', 'must not be larger than to_seq');
      // What comes in while it is sent is left out: the export ends where the log ended when it was asked for.
      const [end, first] = await Promise.all([deps.rows.lastSeq(log), deps.rows.firstSeq(log)]);
      const range = {
        from: BigInt(from) < first ? first : BigInt(from),
        to: to === undefined || BigInt(to) > end ? end : BigInt(to),
        retiredTo: first - 1n,
      };
      call.header('Content-Type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
      call.header('Content-Disposition', `attachment; filename="audit-${log}.${format}"`);
      return format === 'csv' ? csv(deps.rows, log, range) : ndjson(deps, log, range);
    },
  };
}

async function* ndjson(deps: ExportDeps, log: string, range: ExportRange): AsyncGenerator<string> {
  const chunk = new Chunk();
  for await (const line of exportLog(deps, log, range)) {
    const full = chunk.add(`${JSON.stringify(line)}\n`);
    if (full !== null) yield full;
  }
  yield chunk.rest();
}

async function* csv(rows: ChainRows, log: string, { from, to }: ExportRange): AsyncGenerator<string> {
  const chunk = new Chunk();
  chunk.add(csvHeader);
  for (let next = from; next <= to;) {
    const page = await rows.page(log, next, to, 1_000);
    for (const row of page) {
      const full = chunk.add(csvRecord(row));
      if (full !== null) yield full;
    }
    const last = page.at(-1);
    if (!last) break;
    next = last.seq + 1n;
  }
  yield chunk.rest();
}

/** Lines are small; the network likes larger pieces. */
class Chunk {
  #text = '';

  add(line: string): string | null {
    this.#text += line;
    return this.#text.length >= 65_536 ? this.rest() : null;
  }

  rest(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
