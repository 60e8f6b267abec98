import { authorizationOf, dialectForPath, envelopeSchema, type Operation } from '@pcft/contracts';
import { isAction, isUrn } from '@pcft/policy';
import { namedLikeSecrets, openObjects, unboundedStrings, walkSchema } from './schema-rules.ts';

/** One rule over all declarations: what it is called, and every finding against it. */
export interface ContractRule {
  readonly name: string;
  readonly findings: (operations: readonly Operation[]) => string[];
}

/** Variables that a locator fills in, by its name (services' `locators`). */
const locatorVariables: Readonly<Record<string, readonly string[]>> = {
  app: ['app'],
  subjectApp: ['app'],
  tenant: ['app', 'tenant'],
};

const each = (find: (operation: Operation) => readonly string[]): ContractRule['findings'] => {
  return (operations) =>
    operations.flatMap((operation) => find(operation).map((text) => `${operation.operationId}: ${text}`));
};

const templates = ({ path, aliases }: Operation): string[] => [path, ...aliases];

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}

export const contractRules: readonly ContractRule[] = [
  {
    name: 'operationIds are unique',
    findings: (operations) => repeated(operations.map(({ operationId }) => operationId)),
  },
  {
    name: 'each route is declared once',
    findings: (operations) =>
      repeated(
        operations.flatMap((operation) =>
          templates(operation).map((path) => `${operation.method} ${path.replaceAll(/:\w+/g, ':')}`),
        ),
      ),
  },
  {
    name: 'paths speak the dialect of their prefix',
    findings: each((operation) =>
      templates(operation)
        .filter((path) => dialectForPath(path.replaceAll(':', '')) !== operation.dialect)
        .map((path) => `${path} is under ${dialectForPath(path)}, not ${operation.dialect}`),
    ),
  },
  {
    name: 'path parameters are those of the template',
    findings: each((operation) => {
      const declared = Object.keys(operation.params.properties).sort().join();
      return templates(operation)
        .filter(
          (path) =>
            [...path.matchAll(/:(\w+)/g)]
              .map(([, name]) => name)
              .sort()
              .join() !== declared,
        )
        .map((path) => `${path} has other parameters than ${declared || 'none'}`);
    }),
  },
  {
    name: 'actions are well formed',
    findings: each((operation) => {
      const action = authorizationOf(operation)?.action;
      return action === undefined || isAction(action) ? [] : [`${action} is no action`];
    }),
  },
  { name: 'URN templates are valid and their variables known', findings: each(urnFaults) },
  { name: 'operations that share an action agree on it', findings: disagreements },
  {
    name: 'changes are events, and reads change nothing',
    findings: each(({ method, changes, event, access }) => [
      ...(changes && event === null ? ['changes something without an event'] : []),
      ...(method === 'GET' && changes ? ['is a GET that changes something'] : []),
      ...(event !== null && !/^[a-z][a-z-]*(\.[a-z][a-z-]*)+$/.test(event)
        ? [`${event} is no event name`]
        : []),
      ...(access.kind === 'service' && event !== null ? ['is internal and has an event'] : []),
    ]),
  },
  {
    name: 'what creates takes an Idempotency-Key',
    findings: each(({ idempotent, method, access, event, success, headers }) => {
      const creates = success.status === 201 || /\.(created|rotated)$/.test(event ?? '');
      // Public operations have no caller whose keys they could be; services repeat by ids of their own.
      const keyed = creates && method === 'POST' && access.kind !== 'public' && access.kind !== 'service';
      return [
        ...(keyed && !idempotent ? ['creates something and takes no Idempotency-Key'] : []),
        ...(idempotent && !('idempotency-key' in headers.properties) ? ['does not declare its header'] : []),
        ...(idempotent && access.kind !== 'policy' && access.kind !== 'credential'
          ? [`would repeat an answer that a ${access.kind} operation has not decided on`]
          : []),
      ];
    }),
  },
  { name: 'objects are closed', findings: each((operation) => schemasOf(operation).flatMap(openObjects)) },
  {
    name: 'texts that callers send are bounded',
    findings: each((operation) => inputsOf(operation).flatMap(unboundedStrings)),
  },
  {
    name: 'fields named like secrets are marked',
    findings: each((operation) => schemasOf(operation).flatMap(namedLikeSecrets)),
  },
];

interface NamedSchema {
  readonly where: string;
  readonly schema: object;
}

function inputsOf({ params, query, body }: Operation): NamedSchema[] {
  return [
    { where: 'params', schema: params },
    { where: 'query', schema: query },
    ...(body ? [{ where: 'body', schema: body }] : []),
  ];
}

function schemasOf(operation: Operation): NamedSchema[] {
  const schema = envelopeSchema(operation);
  return [...inputsOf(operation), ...(schema ? [{ where: 'response', schema }] : [])];
}

function urnFaults(operation: Operation): string[] {
  const authorization = authorizationOf(operation);
  if (!authorization) return [];
  const { resource, workspace } = authorization;
  const known = new Set([
    ...Object.keys(operation.params.properties),
    ...(workspace.from === 'account' || workspace.from === 'self' ? ['account'] : ['workspace', 'account']),
    ...(workspace.from === 'located' ? (locatorVariables[workspace.locator] ?? []) : []),
  ]);
  const unknown = [...resource.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !known.has(name));
  const locator = workspace.from === 'located' && !(workspace.locator in locatorVariables);
  const missing = workspace.from === 'path' && !(workspace.param in operation.params.properties);
  return [
    ...unknown.map((name) => `nobody fills in {${name}} of ${resource}`),
    ...(isUrn(resource.replaceAll(/\{\w+\}/g, 'x')) ? [] : [`${resource} is no URN`]),
    ...(locator ? [`locator ${workspace.locator} is not known to this check`] : []),
    ...(missing ? [`:${workspace.param} is no parameter`] : []),
  ];
}

/** An action has one access level, lowest role, set of scopes and kind of resource, whoever declares it. */
function disagreements(operations: readonly Operation[]): string[] {
  const byAction = new Map<string, { text: string; operationId: string }>();
  return operations.flatMap((operation) => {
    const authorization = authorizationOf(operation);
    if (!authorization) return [];
    const { action, access, lowestRole, scopes, resource } = authorization;
    const text = JSON.stringify({ access, lowestRole, scopes: [...scopes].sort(), resource });
    const first = byAction.get(action);
    if (!first) byAction.set(action, { text, operationId: operation.operationId });
    return first && first.text !== text
      ? [`${action}: ${operation.operationId} and ${first.operationId} differ`]
      : [];
  });
}

/** Where secrets stand in requests and responses: `createAccessToken response.secret`. */
export function secretFields(operations: readonly Operation[]): string[] {
  return operations
    .flatMap((operation) =>
      schemasOf(operation).flatMap(({ where, schema }) =>
        walkSchema(schema, where)
          .filter(({ node }) => (node as { 'x-secret'?: unknown })['x-secret'] === true)
          .map(({ path }) => `${operation.operationId} ${path}`),
      ),
    )
    .sort();
}
