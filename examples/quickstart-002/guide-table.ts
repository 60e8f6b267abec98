import { columns } from '../documents/columns.ts';
import { faultText } from '../documents/compare-answer.ts';
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
