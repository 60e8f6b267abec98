import { columns } from '../documents/columns.ts';
import { faultText, withoutSecrets } from '../documents/compare-answer.ts';
import type { ReferenceRow } from './reference-run.ts';

/** One line for each request: endpoint, status, how many fields agree; below it every field that does not. */
export function referenceTable(rows: readonly ReferenceRow[]): string {
  const lines = rows.map(({ endpoint, request, status, fields }) => {
    const agree = fields.filter(({ ok }) => ok).length;
    return [
      endpoint.section,
      `${endpoint.method} ${endpoint.path}`,
      request,
      String(status),
      `${String(agree)} of ${String(fields.length)}`,
      additionalOf({ fields }),
    ];
  });
  const faults = rows.flatMap(({ sent, fields }) =>
    fields.filter(({ ok }) => !ok).map((field) => `! ${withoutSecrets(sent)} ${faultText(field)}`),
  );
  const heading = ['section', 'endpoint', 'request', 'status', 'fields as printed', 'fields besides'];
  return [...columns([heading, ...lines]), ...faults].join('\n');
}

/** What an answer has that the document does not print, once for all elements of a list. */
function additionalOf({ fields }: Pick<ReferenceRow, 'fields'>): string {
  const names = fields.flatMap(({ field, additional = [] }) => {
    const place = field.replace('(fields)', '').replaceAll(/\[\d+\]/g, '[]');
    return additional.map((name) => (place === '' ? name : `${place}.${name}`));
  });
  return [...new Set(names)].join(', ');
}
