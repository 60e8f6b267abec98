import { allOperations, type Operation } from '@pcft/contracts';

const byId = new Map(allOperations.map((operation) => [operation.operationId, operation]));

/** @throws when no operation is declared under the name: a typing mistake in a test */
export function operationById(operationId: string): Operation {
  const operation = byId.get(operationId);
  if (!operation) throw new Error(`no operation ${operationId} is declared`);
  return operation;
}

/** Fills a path template; values are percent-encoded, so that a test can put anything into a parameter. */
export function fillPath(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/:([A-Za-z_]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${template}: no value for :${name}`);
    return encodeURIComponent(value);
  });
}
