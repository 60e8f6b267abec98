import type { Operation } from '@pcft/contracts';

/**
 * Path parameters with ids in full: seed 002's routes also take the bare ULID, and `ak_` for `pat_`. URNs, locators
 * and handlers see one spelling only. Takes what the schema of the parameters has accepted.
 */
export function completeIds(
  { params: { properties } }: Pick<Operation, 'params'>,
  params: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, text]) => {
      const prefix = (properties[name] as { readonly 'x-id'?: string } | undefined)?.['x-id'];
      return [name, prefix === undefined ? text : prefix + text.slice(text.lastIndexOf('_') + 1)];
    }),
  );
}
