import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceNames, type ServiceName } from '@pcft/contracts';
import { signClientAddress } from '@pcft/credentials';
import {
  connectSuite,
  createWorld,
  fillPath,
  validCall,
  type CallInput,
  type Suite,
  type World,
} from '@pcft/testing';
import type { Operation } from '@pcft/contracts';
import { codeOf, limitedOperations, outcome } from './operations.ts';

/** One call per window for every class. */
const lowLimits = Object.fromEntries(
  ['ADMIN', 'TOKEN', 'AUTHORIZE', 'PLATFORM', 'QUICKSTART', 'SIGN_IN', 'SIGN_UP'].map((name) => [
    `LIMIT_${name}`,
    '1',
  ]),
);

let suite: Suite;
let world: World;
const instances = new Map<ServiceName, { name: string; url: string }>();

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  for (const name of serviceNames) instances.set(name, await suite.control.startInstance(name, lowLimits));
}, 120_000);
afterAll(async () => {
  for (const { name } of instances.values()) await suite.control.stop(name);
  await suite.close();
});

let host = 0;
/** An address nobody has called from, as the gateway would vouch for it on each of its calls. */
function freshAddress(
  operation: Operation,
  params: Readonly<Record<string, string>>,
): (query: string) => Record<string, string> {
  const ip = `198.51.100.${String(++host)}`;
  const target = fillPath(operation.path, params);
  return (query) => vouchedFor(operation, ip, `${target}${query && '?'}${query}`);
}

function vouchedFor(operation: Operation, ip: string, path: string): Record<string, string> {
  return {
    'x-client-address': signClientAddress(suite.stack.secrets.edgeSecret, {
      ip,
      at: Date.now(),
      method: operation.method,
      path,
    }),
  };
}

describe.each(limitedOperations)('%s: 429', (operationId, operation) => {
  const instance = () => instances.get(operation.service)?.url as `http${string}`;

  it('on the second call of a window, with Retry-After and the standing', async () => {
    const valid = validCall(operation, world);
    const pinned = operation.access.kind !== 'public' && valid.auth === world.owner.pat;
    // A credential of its own, so that its window is empty; the class may count by address instead.
    const auth = pinned ? (await suite.mint(world.owner)).secret : valid.auth;
    const addressed = freshAddress(operation, valid.params ?? {});
    const call = (extra: Partial<CallInput> = {}, query = '') =>
      suite.call(operationId, {
        ...valid,
        ...(auth !== undefined && { auth }),
        headers: addressed(query),
        on: instance(),
        ...(query && { query }),
        ...extra,
      });
    // Whatever comes of the first call, it counts. A session that others used may have spent its window already.
    // It must not end what the others need: bodies and queries are looked at after it was counted.
    const query = operation.method === 'DELETE' ? 'unknown=1' : '';
    await call(operation.body === null ? {} : { body: undefined, rawBody: '[]' }, query);
    const refused = await call();
    expect(outcome(refused)).toEqual({ status: 429, code: codeOf('rate-limited', refused) });
    const spelling = ['quickstart', 'sign-in', 'sign-up'].includes(operation.rateClass)
      ? 'ratelimit'
      : 'x-ratelimit';
    expect(refused.headers[`${spelling}-limit`]).toBe('1');
    expect(refused.headers[`${spelling}-remaining`]).toBe('0');
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(900);
  });
});

describe('what is counted', () => {
  const platform = () => instances.get('platform')?.url as `http${string}`;

  it('a guess without a good token counts against its address', async () => {
    const operation = limitedOperations.find(([id]) => id === 'introspect')?.[1] as Operation;
    const headers = freshAddress(operation, {})('');
    const guess = () => suite.call('introspect', { auth: 'pcft_live_guess', headers, on: platform() });
    expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
  });

  it('two credentials have a window each', async () => {
    const [one, two] = [await suite.mint(world.owner), await suite.mint(world.owner)];
    for (const { secret } of [one, two])
      expect((await suite.call('introspect', { auth: secret, on: platform() })).status).toBe(200);
    expect((await suite.call('introspect', { auth: one.secret, on: platform() })).status).toBe(429);
  });

  it('a forged client address does not open a new window', async () => {
    const { secret } = await suite.mint(world.owner, { kind: 'read-only' });
    await suite.call('introspect', { auth: secret, on: platform() });
    const forged = await suite.call('introspect', {
      auth: secret,
      on: platform(),
      headers: { 'x-client-address': '192.0.2.1;1;x', 'x-forwarded-for': '192.0.2.1' },
    });
    expect(forged.status).toBe(429);
  });
});
