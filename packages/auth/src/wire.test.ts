import { describe, expect, it } from '@jest/globals';
import { PolicySyntaxError } from '@pcft/policy';
import { answerFromWire, introspectionFromWire, MalformedIntrospection, overviewFromWire } from './wire.ts';

const id = '01HZ3K5R4X9Y2V6QF8TJ7W0CDN';
const body = {
  active: true,
  id: `ws_${id}`,
  slug: 'acme',
  is_member: true,
  role: { id: 'owner', name: 'owner' },
  policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
  role_cap: 'owner',
  conditions: null,
  services: ['platform'],
  ambiguous: false,
  principal: { type: 'pat', id: `pat_${id}`, name: 'ci', account_id: `acc_${id}`, workspace_id: null },
  account_policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
  ancestors: [],
  boundary: [],
  epoch: 'e',
  pos: 3,
};

describe('introspectionFromWire', () => {
  it('reads what platform writes', () => {
    expect(introspectionFromWire(body)).toMatchObject({
      state: 'active',
      access: { id: `ws_${id}`, role: 'owner', pinned: false, services: ['platform'] },
    });
  });

  it('reads a custom role with what it cuts its base to', () => {
    const custom = { ...body, role: { id: `rol_${id}`, name: 'auditor' }, role_cap: 'admin' };
    const role_policy = [{ effect: 'allow', actions: ['workspace.audit.read'], resources: ['*'] }];
    expect(introspectionFromWire({ ...custom, role_policy, boundary: [role_policy] })).toMatchObject({
      boundaries: [{ statements: role_policy }],
      access: {
        role: 'admin',
        customRole: { id: `rol_${id}`, name: 'auditor', policy: { statements: role_policy } },
        boundaries: [{ statements: role_policy }],
      },
    });
  });

  const without = (field: keyof typeof body) => {
    const { [field]: _, ...rest } = body;
    return rest;
  };

  // Anything that is missing or strange could hide a refusal: nothing of it may become an answer.
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no word on whether it is active', without('active')],
    ['a yes in another spelling', { ...body, active: 'true' }],
    ['no principal', without('principal')],
    ['another kind of principal', { ...body, principal: { ...body.principal, type: 'root' } }],
    ['a principal without account', { ...body, principal: { ...body.principal, account_id: null } }],
    ['no word on membership', without('is_member')],
    ['no role', { ...body, role: null }],
    ['an unknown role', { ...body, role: { id: 'god', name: 'god' } }],
    ['a custom role without its statements', { ...body, role: { id: `rol_${id}`, name: 'auditor' } }],
    ['a cap that is no role', { ...body, role_cap: 'auditor' }],
    ['no word on the boundary', without('boundary')],
    ['a boundary that is none', { ...body, boundary: [null] }],
    ['no policy', without('policy')],
    ['no account policy', without('account_policy')],
    ['no conditions', without('conditions')],
    ['a condition nobody knows', { ...body, conditions: { weekday: 'monday' } }],
    ['no services', without('services')],
    ['inactive for an unknown reason', { ...body, active: false, reason: 'bored' }],
  ])('refuses %s', (_name, malformed) => {
    expect(() => introspectionFromWire(malformed)).toThrow(MalformedIntrospection);
  });

  it('refuses a statement that cannot be read', () => {
    const policy = [{ effect: 'maybe', actions: ['*'], resources: ['*'] }];
    expect(() => introspectionFromWire({ ...body, policy })).toThrow(PolicySyntaxError);
  });
});

describe('answerFromWire', () => {
  it.each([
    { epoch: undefined },
    { pos: -1 },
    { pos: 1.5 },
    { pos: '3' },
    { ttl_ms: -1 },
    { ttl_ms: null },
    { ancestors: undefined },
  ])('refuses an answer that cannot be cached safely: %j', (part) => {
    expect(() => answerFromWire({ ...body, ...part })).toThrow(MalformedIntrospection);
  });
});

describe('overviewFromWire', () => {
  it('refuses what is no overview', () => {
    expect(() => overviewFromWire({ active: true, principal: body.principal, conditions: null })).toThrow(
      MalformedIntrospection,
    );
  });
});
