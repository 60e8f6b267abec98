import type { ClaimResult } from './check-claims.ts';
import type { FieldResult } from './compare-answer.ts';
import type { GuideRow } from './follow-guide.ts';

/** A table of requests: program, answer, how many fields agree; below it every field that does not. */
export function guideTable(rows: readonly GuideRow[]): string {
  const lines = rows.map(({ language, step, request, status, fields }) => {
    const agree = fields.filter(({ ok }) => ok).length;
    return [
      language,
      `step ${String(step)}`,
      request,
      String(status),
      `${String(agree)} of ${String(fields.length)}`,
    ];
  });
  const faults = rows.flatMap(({ language, step, fields }) =>
    fields.filter(({ ok }) => !ok).map((field) => `! ${language} step ${String(step)} ${faultText(field)}`),
  );
  return [
    ...columns([['program', 'step', 'request', 'status', 'fields as printed'], ...lines]),
    ...faults,
  ].join('\n');
}

export function claimTable(results: readonly ClaimResult[]): string {
  return columns([
    ['the guide says', 'answer', ''],
    ...results.map(({ claim, got, expected, ok }) => [claim, got, ok ? 'as said' : `! expected ${expected}`]),
  ]).join('\n');
}

function faultText({ field, expected, got }: FieldResult): string {
  return `${field}: expected ${expected}, got ${got}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
