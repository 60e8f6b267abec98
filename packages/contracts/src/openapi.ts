import { faultDeclaration, wordingOf, type FaultName } from '@pcft/errors';
import { allOperations } from './catalogue.ts';
import { envelopeSchema, faultSchema } from './envelope.ts';
import { replayedHeader } from './idempotency.ts';
import { authorizationOf, faultsOf, type Operation } from './operation.ts';
import type { ServiceName } from './services.ts';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 of one service, or of the whole suite. Internal operations are left out. */
export function openApiDocument(options: { service?: ServiceName; serverUrl: string }): Json {
  const operations = allOperations.filter(
    ({ service, access }) =>
      access.kind !== 'service' && (options.service === undefined || service === options.service),
  );
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    for (const path of [operation.path, ...operation.aliases]) {
      const template = path.replace(/:([A-Za-z_]+)/g, '{$1}');
      (paths[template] ??= {})[operation.method.toLowerCase()] = describe(operation, path !== operation.path);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: options.service ?? 'ProductCraft suite', version: '1' },
    servers: [{ url: options.serverUrl }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A Personal Access Token.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'A Personal Access Token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'pcft_session' },
      },
    },
  };
}

function describe(operation: Operation, alias: boolean): Json {
  const authorization = authorizationOf(operation);
  return {
    operationId: alias ? `${operation.operationId}UnderHeimdall` : operation.operationId,
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    tags: [operation.service],
    security: securityOf(operation),
    ...(authorization && {
      'x-action': authorization.action,
      'x-resource': authorization.resource,
      'x-access-level': authorization.access,
      'x-lowest-role': authorization.lowestRole,
    }),
    'x-rate-class': operation.rateClass,
    parameters: (['path', 'query', 'header'] as const).flatMap((where) => parameters(operation, where)),
    ...(operation.body && { requestBody: { required: true, content: requestContent(operation) } }),
    responses: { ...successResponse(operation), ...faultResponses(operation) },
  };
}

/** By an end user's token in `bearer`, an app API key in `apiKey`; `{}`: by nobody. */
function securityOf({ access }: Operation): Json[] {
  if (access.kind === 'end-user') return [{ bearer: [] }, { bearer: [], apiKey: [] }];
  if (access.kind !== 'public') return [{ bearer: [] }, { apiKey: [] }, { session: [] }];
  return access.appKeyPermission === undefined ? [] : [{}, { bearer: [] }, { apiKey: [] }];
}

function requestContent({ body, form }: Operation): Json {
  return {
    'application/json': { schema: body },
    ...(form && { 'application/x-www-form-urlencoded': { schema: body } }),
  };
}

function parameters(operation: Operation, where: 'path' | 'query' | 'header'): Json[] {
  const schemas = { path: operation.params, query: operation.query, header: operation.headers };
  const { properties, required = [] } = schemas[where];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: where === 'path' || (required as readonly string[]).includes(name),
    schema,
  }));
}

const replayedHeaders = {
  [replayedHeader]: {
    description: 'The answer is that of an earlier call with the same Idempotency-Key.',
    schema: { const: 'true' },
  },
};

function successResponse(operation: Operation): Json {
  const schema = envelopeSchema(operation);
  const { mediaTypes } = operation.success;
  return {
    [operation.success.status]: {
      description: operation.success.message ?? operation.summary,
      ...(operation.idempotent && { headers: replayedHeaders }),
      ...(schema && { content: { 'application/json': { schema } } }),
      ...(mediaTypes && {
        content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
      }),
    },
    ...(operation.success.conditional && { 304: { description: 'The caller has this answer already.' } }),
  };
}

function faultResponses(operation: Operation): Json {
  const byStatus = new Map<number, FaultName[]>();
  for (const fault of [...faultsOf(operation), 'internal' as const, 'unavailable' as const]) {
    const { status } = faultDeclaration(fault);
    byStatus.set(status, [...(byStatus.get(status) ?? []), fault]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, faults]) => [
      status,
      {
        description: [...new Set(faults.map((fault) => wordingOf(fault, operation.dialect).code))].join(', '),
        content: { 'application/json': { schema: faultSchema(operation.dialect) } },
      },
    ]),
  );
}
