import { appendFileSync } from 'node:fs';

/** One answer that was seen, as a line of the coverage file. */
export interface CoverageLine {
  readonly operationId: string;
  readonly status: number;
}

const seen = new Set<string>();

/** Notes (operation, status) in the file that `PCFT_COVERAGE` names; once per process is enough. */
export function recordCoverage(operationId: string, status: number): void {
  const file = process.env['PCFT_COVERAGE'];
  const line: CoverageLine = { operationId, status };
  const text = JSON.stringify(line);
  if (!file || seen.has(text)) return;
  seen.add(text);
  appendFileSync(file, `${text}\n`);
}
