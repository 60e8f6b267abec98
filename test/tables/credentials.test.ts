import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import type { Operation } from '@pcft/contracts';
import type { FaultName } from '@pcft/errors';
import { connectSuite, createWorld, validCall, type CallInput, type Suite, type World } from '@pcft/testing';
import { codeOf, guardedOperations, internalOperations, outcome } from './operations.ts';

let suite: Suite;
let world: World;
let revoked: string;
let disabled: string;
let endedSession: string;
let expired: string;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  const { owner } = world;
  const gone = await suite.mint(owner);
  await suite.revoke(owner, gone.id);
  revoked = gone.secret;
  const asleep = await suite.mint(owner);
  await suite.call('updateAccessToken', {
    auth: owner.session,
    params: { ws: owner.workspace.id, id: asleep.id },
    body: { status: 'disabled' },
  });
  disabled = asleep.secret;
  const account = await suite.createAccount();
  await suite.call('signOut', { auth: account.session });
  endedSession = account.session;
  // A minute is the shortest life there is, so its end is moved into the past, as only time itself could.
  const short = await suite.mint(owner, { expires_in: 60 });
  await suite
    .database('platform', 'owner')
    .query(`UPDATE access_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [short.id]);
  expired = short.secret;
});
afterAll(() => suite.close());

/** A token with one character of its random part changed: the checksum no longer fits. */
function tampered(token: string): string {
  const at = token.length - 12;
  return token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1);
}

/** Everything that is not a good credential, and how the refusal is called. */
const badCredentials: [string, () => Pick<CallInput, 'auth' | 'headers'>, FaultName][] = [
  ['no credential', () => ({ auth: null }), 'credential-missing'],
  ['an empty Bearer', () => ({ auth: null, headers: { authorization: 'Bearer ' } }), 'api-key-invalid'],
  ['another scheme', () => ({ auth: null, headers: { authorization: 'Basic YTpi' } }), 'api-key-invalid'],
  ['a malformed token', () => ({ auth: 'pcft_live_short' }), 'api-key-invalid'],
  ['a token of no known kind', () => ({ auth: 'sk-1234567890' }), 'api-key-invalid'],
  ['a tampered token', () => ({ auth: tampered(world.owner.pat) }), 'api-key-invalid'],
  [
    'a tampered token as X-Api-Key',
    () => ({ auth: { apiKey: tampered(world.owner.pat) } }),
    'api-key-invalid',
  ],
  ['a token that was never issued', () => ({ auth: createToken('pat') }), 'api-key-invalid'],
  ['another kind of token', () => ({ auth: createToken('refresh-token') }), 'api-key-invalid'],
  [
    'a session token as Bearer',
    () => ({ auth: null, headers: { authorization: `Bearer ${world.owner.session}` } }),
    'api-key-invalid',
  ],
  ['a revoked token', () => ({ auth: revoked }), 'api-key-invalid'],
  ['a revoked token as X-Api-Key', () => ({ auth: { apiKey: revoked } }), 'api-key-invalid'],
  ['a disabled token', () => ({ auth: disabled }), 'api-key-invalid'],
  ['an expired token', () => ({ auth: expired }), 'api-key-invalid'],
  ['a session that has ended', () => ({ auth: endedSession }), 'session-invalid'],
  ['a session that was never there', () => ({ auth: createToken('session') }), 'session-invalid'],
  [
    'a malformed session cookie',
    () => ({ auth: null, headers: { cookie: 'pcft_session=x' } }),
    'session-invalid',
  ],
  [
    'a good cookie beside a bad token',
    () => ({ auth: revoked, headers: { cookie: `pcft_session=${world.owner.session}` } }),
    'api-key-invalid',
  ],
];

describe.each(guardedOperations)('%s: 401', (operationId, operation) => {
  it.each(badCredentials)('with %s', async (_, credential, fault) => {
    const answer = await suite.call(operationId, { ...validCall(operation, world), ...credential() });
    expect(outcome(answer)).toEqual({ status: 401, code: codeOf(fault, answer) });
  });

  it('with a revoked token and everything else wrong too: the credential is asked first', async () => {
    const params = Object.fromEntries(
      Object.keys(operation.params.properties).map((name) => [name, 'not valid!']),
    );
    const answer = await suite.call(operationId, {
      auth: revoked,
      params,
      query: 'unknown=1',
      ...(operation.body !== null && { rawBody: '{' }),
    });
    expect(outcome(answer)).toEqual({ status: 401, code: codeOf('api-key-invalid', answer) });
  });

  it('through the gateway as well', async () => {
    const answer = await suite.call(operationId, {
      ...validCall(operation, world),
      auth: revoked,
      on: 'gateway',
    });
    expect(outcome(answer)).toEqual({ status: 401, code: codeOf('api-key-invalid', answer) });
  });
});

describe.each(guardedOperations)('%s: 400', (operationId, operation) => {
  it('with two credentials that differ', async () => {
    const answer = await suite.call(operationId, {
      ...validCall(operation, world),
      auth: world.owner.pat,
      headers: { 'x-api-key': world.pat.secret },
    });
    expect(outcome(answer)).toEqual({ status: 400, code: codeOf('conflicting-credentials', answer) });
  });

  it('with two Authorization headers', async () => {
    const answer = await suite.call(operationId, {
      ...validCall(operation, world),
      auth: null,
      headers: { authorization: [`Bearer ${world.owner.pat}`, `Bearer ${world.pat.secret}`] },
    });
    expect(outcome(answer)).toEqual({ status: 400, code: codeOf('ambiguous-request', answer) });
  });
});

describe.each(internalOperations)('%s: only for services', (operationId, operation: Operation) => {
  const call = (input: CallInput) => suite.call(operationId, { ...validCall(operation, world), ...input });

  it.each([
    ['no credential', () => ({})],
    ['the PAT of an owner', () => ({ auth: world.owner.pat })],
    ['a session', () => ({ auth: world.owner.session })],
    ['a wrong service token', () => ({ headers: { 'x-service-token': 'x'.repeat(43) } })],
    ['an empty service token', () => ({ headers: { 'x-service-token': '' } })],
  ])('401 with %s', async (_, input) => {
    const answer = await call(input());
    expect(outcome(answer)).toEqual({ status: 401, code: codeOf('credential-missing', answer) });
  });

  it('404 through the gateway, even with a service token', async () => {
    const answer = await call({ asService: 'heimdall-admin', on: 'gateway' });
    expect(outcome(answer)).toEqual({ status: 404, code: codeOf('not-found', answer) });
  });
});
