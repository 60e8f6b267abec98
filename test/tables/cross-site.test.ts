import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultsOf } from '@pcft/contracts';
import { connectSuite, createWorld, validCall, type Suite, type World } from '@pcft/testing';
import { codeOf, guardedOperations, outcome, publicOperations } from './operations.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

/** What a browser adds to a request that another site's page makes it send. */
const foreignPages: [string, Record<string, string>][] = [
  ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  ['another Origin', { origin: 'https://evil.example' }],
  ['the Origin null of a sandboxed frame', { origin: 'null' }],
  ['an Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
];

/** What end users call takes no cookie: a page of another site has nothing to send along. */
const isChange = ([, { method, access }]: (typeof guardedOperations)[number]) =>
  method !== 'GET' && access.kind !== 'end-user';

describe.each(guardedOperations.filter(isChange))(
  '%s with the session cookie: 403',
  (operationId, operation) => {
    it.each(foreignPages)('from a page that sends %s', async (_, headers) => {
      const answer = await suite.call(operationId, {
        ...validCall(operation, world),
        auth: world.owner.session,
        headers,
      });
      expect(outcome(answer)).toEqual({ status: 403, code: codeOf('cross-site', answer) });
    });

    it('through the gateway as well', async () => {
      const answer = await suite.call(operationId, {
        ...validCall(operation, world),
        auth: world.owner.session,
        headers: { origin: 'https://evil.example' },
        on: 'gateway',
      });
      expect(outcome(answer)).toEqual({ status: 403, code: codeOf('cross-site', answer) });
    });
  },
);

// Signing somebody in from another site is an attack too, and needs no cookie.
const guardedPublic = publicOperations.filter(
  ([, operation]) => operation.access.kind === 'public' && faultsOf(operation).includes('cross-site'),
);

describe.each(guardedPublic)('%s: 403', (operationId, operation) => {
  it.each(foreignPages)('from a page that sends %s', async (_, headers) => {
    const answer = await suite.call(operationId, { ...validCall(operation, world), headers });
    expect(outcome(answer)).toEqual({ status: 403, code: codeOf('cross-site', answer) });
  });
});

describe('what is not refused', () => {
  it('a page of the suite itself', async () => {
    const answer = await suite.call('listWorkspaces', {
      auth: world.owner.session,
      on: 'gateway',
      headers: { origin: suite.gatewayUrl, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(200);
  });

  it('a change by a page of the suite itself', async () => {
    const { id } = await suite.mint(world.owner);
    const answer = await suite.call('revokeAccessToken', {
      auth: world.owner.session,
      params: { ws: world.owner.workspace.id, id },
      on: 'gateway',
      headers: { origin: suite.gatewayUrl, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(204);
  });

  it('a program with a PAT, wherever it runs: no browser adds that by itself', async () => {
    const answer = await suite.call('createWorkspaceApp', {
      ...validCall(operationOf('createWorkspaceApp'), world),
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(201);
  });
});

function operationOf(operationId: string) {
  const found = guardedOperations.find(([id]) => id === operationId)?.[1];
  if (!found) throw new Error(operationId);
  return found;
}
