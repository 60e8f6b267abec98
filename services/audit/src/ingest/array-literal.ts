const bare = /^(?!null$)[\w.:/-]+$/i;

/** An array as PostgreSQL reads it; quotes only where there is something to quote. */
export function arrayLiteral(values: readonly (string | number | boolean | null)[]): string {
  const elements = values.map((value) => {
    if (value === null) return 'NULL';
    if (typeof value !== 'string' || bare.test(value)) return String(value);
    return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}
