import { describe, expect, it } from '@jest/globals';
import { allOperations, type Operation } from '@pcft/contracts';
import { contractRules, secretFields } from './contract-rules.ts';

const base = (operationId: string): Operation => {
  const found = allOperations.find((operation) => operation.operationId === operationId);
  if (!found) throw new Error(operationId);
  return found;
};
const getApp = base('getApp');
const createRole = base('createRole');

/** The declaration with something changed, beside all the others. */
const planted = (operation: Operation, change: object): Operation[] => [
  ...allOperations.filter((other) => other !== operation),
  { ...operation, ...change },
];
const authorized = (operation: Operation, change: object) => {
  if (operation.access.kind !== 'policy') throw new Error('not decided');
  return { access: { ...operation.access, authorization: { ...operation.access.authorization, ...change } } };
};
const body = (properties: object) => ({ body: { type: 'object', additionalProperties: false, properties } });

/** One violation for every rule: a rule that nothing breaks checks nothing. */
const violations: Record<string, Operation[]> = {
  'operationIds are unique': [...allOperations, { ...getApp, path: '/v1/elsewhere/:app', aliases: [] }],
  'each route is declared once': [...allOperations, { ...getApp, operationId: 'getAppAgain', aliases: [] }],
  'paths speak the dialect of their prefix': planted(getApp, { dialect: 'craft', aliases: [] }),
  'path parameters are those of the template': planted(getApp, { aliases: ['/v1/other/:name'] }),
  'actions are well formed': planted(getApp, authorized(getApp, { action: 'Heimdall.*' })),
  'URN templates are valid and their variables known': planted(
    getApp,
    authorized(getApp, { resource: 'pcft:heimdall:app/{nobody}' }),
  ),
  'operations that share an action agree on it': planted(
    base('createApp'),
    authorized(base('createApp'), { lowestRole: 'member' }),
  ),
  'changes are events, and reads change nothing': planted(createRole, { event: null }),
  'what creates takes an Idempotency-Key': planted(createRole, { idempotent: false }),
  'objects are closed': planted(createRole, { body: { type: 'object', properties: {} } }),
  'texts that callers send are bounded': planted(
    createRole,
    body({ name: { type: 'string', pattern: '^[a-z]+$' } }),
  ),
  'fields named like secrets are marked': planted(
    createRole,
    body({ client_secret: { type: 'string', maxLength: 9 } }),
  ),
};

describe('contract rules', () => {
  it.each(contractRules.map((rule) => [rule.name, rule] as const))('%s', (name, { findings }) => {
    expect(findings(allOperations)).toEqual([]);
    expect(findings(violations[name] ?? [])).toHaveLength(1);
  });

  it('find secrets wherever they stand', () => {
    const response = {
      success: {
        status: 201,
        shape: 'resource',
        body: { type: 'array', items: { type: 'string', 'x-secret': true } },
      },
    };
    expect(secretFields([{ ...createRole, ...response } as unknown as Operation])).toEqual([
      'createRole response[]',
    ]);
  });
});
