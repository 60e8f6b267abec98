import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signClientAddress, type ClientAddress } from '@pcft/credentials';
import {
  connectSuite,
  createWorld,
  validCall,
  type Answer,
  type CallInput,
  type Suite,
  type World,
} from '@pcft/testing';
import { requestIdOf, rowsOf } from './audit-rows.ts';
import { guardedOperations, outcome } from './tables/operations.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const forgedIp = '203.0.113.7';

/** The header by which the gateway tells a service who calls, for another caller, method, path, time or with another key. */
function signedAddress(change: Partial<ClientAddress> = {}, key = suite.stack.secrets.edgeSecret) {
  const told = { ip: forgedIp, at: Date.now(), method: 'GET', path: '/v1/introspect', ...change };
  return { 'x-client-address': signClientAddress(key, told) };
}

/** The address in the audit row of a call. */
async function addressIn(answer: Answer): Promise<string | null | undefined> {
  const { pat: auth, workspace } = world.owner;
  const [row] = await rowsOf(suite, { auth, ws: workspace.id }, requestIdOf(answer));
  return row?.ip_address;
}

/** Headers by which a caller might pass for somebody else. */
const forgeries: [string, () => Record<string, string>][] = [
  ['X-Forwarded-For', () => ({ 'x-forwarded-for': forgedIp })],
  ['a chain in X-Forwarded-For', () => ({ 'x-forwarded-for': `${forgedIp}, 127.0.0.1` })],
  ['Forwarded', () => ({ forwarded: `for=${forgedIp}` })],
  ['X-Real-IP', () => ({ 'x-real-ip': forgedIp })],
  ['an unsigned X-Client-Address', () => ({ 'x-client-address': forgedIp })],
  ['a wrongly signed X-Client-Address', () => signedAddress({}, 'another secret')],
  ['one signed for another path', () => signedAddress({ path: '/v1/elsewhere' })],
  ['one signed for another method', () => signedAddress({ method: 'POST' })],
  ['one signed long ago', () => signedAddress({ at: Date.now() - 61_000 })],
];

describe.each(['gateway', 'service'] as const)('a forged caller at the %s', (on) => {
  it.each(forgeries)('is not believed: %s', async (_, headers) => {
    const answer = await suite.call('introspect', { on, auth: world.owner.pat, headers: headers() });
    expect(answer.status).toBe(200);
    expect(await addressIn(answer)).toBe('127.0.0.1');
  });

  it('cannot meet an address condition by a header', async () => {
    const { secret } = await suite.mint(world.owner, { conditions: { ip: ['203.0.113.0/24'] } });
    for (const [, headers] of forgeries) {
      const answer = await suite.call('listApps', { on, auth: secret, headers: headers() });
      expect(answer.status).toBe(403);
    }
  });
});

describe('at the gateway', () => {
  it('even a rightly signed address is replaced by the true one', async () => {
    const answer = await suite.call('introspect', {
      on: 'gateway',
      auth: world.owner.pat,
      headers: signedAddress(),
    });
    expect(await addressIn(answer)).toBe('127.0.0.1');
  });

  it('a service token from outside opens nothing', async () => {
    const token = suite.stack.secrets.serviceTokens['heimdall-admin'] ?? '';
    const plain = await suite.call('introspectWorkspace', {
      on: 'gateway',
      auth: world.owner.pat,
      params: { id: world.owner.workspace.id },
    });
    const forged = await suite.call('introspectWorkspace', {
      on: 'gateway',
      auth: world.owner.pat,
      params: { id: world.owner.workspace.id },
      headers: { 'x-service-token': token },
    });
    // To a service the answer holds what a cache needs; to anybody else it does not.
    expect(plain.body.pos).toBeUndefined();
    expect(forged.body.pos).toBeUndefined();
  });
});

describe('at a service its signed address counts', () => {
  it('as the gateway sends it', async () => {
    const answer = await suite.call('introspect', {
      auth: world.owner.pat,
      headers: signedAddress(),
    });
    expect(await addressIn(answer)).toBe(forgedIp);
  });
});

/** Every service is safe on its own port: the gateway adds no check that the service lacks. */
describe.each(guardedOperations)(
  '%s answers alike at its own port and at the gateway',
  (operationId, operation) => {
    const cases: [string, () => Partial<CallInput>][] = [
      ['without a credential', () => ({ auth: null })],
      [
        'with X-Service headers made up',
        () => ({ auth: null, headers: { 'x-service-name': 'platform', 'x-service-token': 'x' } }),
      ],
    ];
    it.each(cases)('%s', async (_, change) => {
      const answers: Answer[] = [];
      for (const on of ['service', 'gateway'] as const)
        answers.push(await suite.call(operationId, { ...validCall(operation, world), ...change(), on }));
      expect(answers.map(outcome)).toEqual([
        { status: 401, code: expect.any(String) },
        { status: 401, code: expect.any(String) },
      ]);
    });
  },
);
