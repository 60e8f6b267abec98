import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizationOf, type Operation } from '@pcft/contracts';
import { faultDeclaration, type FaultName } from '@pcft/errors';
import {
  absentIds,
  connectSuite,
  createWorld,
  idsOf,
  kindOfParam,
  paramsFor,
  validCall,
  type CallInput,
  type IdsByPrefix,
  type Suite,
  type World,
} from '@pcft/testing';
import { codeOf, comparable, guardedOperations, outcome } from './operations.ts';

let suite: Suite;
let mine: World;
let theirs: World;
/** Never asks for anything foreign: the log of one who did names what was asked for. */
let bystander: World;

beforeAll(async () => {
  suite = await connectSuite();
  mine = await createWorld(suite);
  theirs = await createWorld(suite);
  bystander = await createWorld(suite);
});
afterAll(() => suite.close());

const addressed = guardedOperations.filter(([, operation]) => kindsIn(operation).length > 0);

/** What names no id of a world (a number, the name of a service) is nobody's: nothing foreign can stand there. */
function kindsIn(operation: Operation): string[] {
  return Object.keys(operation.params.properties)
    .map((name) => kindOfParam(operation, name))
    .filter((kind) => kind in absentIds());
}

/** Every way to put foreign ids into the path: all parameters, or one of several. */
function substitutions(operation: Operation): string[][] {
  const kinds = kindsIn(operation);
  return kinds.length > 1 ? [kinds, ...kinds.map((kind) => [kind])] : [kinds];
}

const swap = (ids: IdsByPrefix, from: IdsByPrefix, kinds: readonly string[]): IdsByPrefix => ({
  ...ids,
  ...Object.fromEntries(kinds.map((kind) => [kind, from[kind] ?? ''])),
});

/** Seed 002 says 403 to a foreign or unknown organization; everything else is 404. */
function refusalOf({ dialect }: Operation, kinds: readonly string[]): FaultName {
  return dialect === 'quickstart' && kinds.includes('ws') ? 'not-a-member' : 'not-found';
}

describe.each(addressed)('%s: foreign looks exactly like absent', (operationId, operation) => {
  const call = (input: Partial<CallInput>) =>
    suite.call(operationId, { ...validCall(operation, mine), ...input });

  it.each(substitutions(operation).map((kinds) => [kinds.join(' and '), kinds] as const))(
    'by the %s in the path',
    async (_, kinds) => {
      const foreign = await call({ params: paramsFor(operation, swap(idsOf(mine), idsOf(theirs), kinds)) });
      const absent = await call({ params: paramsFor(operation, swap(idsOf(mine), absentIds(), kinds)) });
      expect(comparable(foreign)).toEqual(comparable(absent));
      // Introspection is about the caller itself: it says 200 and "not a member" to both.
      if (!authorizationOf(operation)) return;
      const fault = refusalOf(operation, kinds);
      expect(outcome(foreign)).toEqual({
        status: faultDeclaration(fault).status,
        code: codeOf(fault, foreign),
      });
    },
  );

  it('also with a malformed body, which is asked last', async () => {
    if (operation.body === null) return;
    const kinds = substitutions(operation)[0] ?? [];
    const foreign = await call({
      params: paramsFor(operation, swap(idsOf(mine), idsOf(theirs), kinds)),
      body: undefined,
      rawBody: '{',
    });
    // On the own account nothing is looked up before the body: whose it is, is part of the look-up.
    const onAccount = authorizationOf(operation)?.workspace.from === 'account';
    expect(foreign.status).toBe(onAccount ? 400 : faultDeclaration(refusalOf(operation, kinds)).status);
  });

  it('through the gateway as well', async () => {
    const kinds = substitutions(operation)[0] ?? [];
    const foreign = await call({
      params: paramsFor(operation, swap(idsOf(mine), idsOf(theirs), kinds)),
      on: 'gateway',
    });
    const absent = await call({
      params: paramsFor(operation, swap(idsOf(mine), absentIds(), kinds)),
      on: 'gateway',
    });
    expect(comparable(foreign)).toEqual(comparable(absent));
  });
});

describe('by name', () => {
  it('a workspace slug', async () => {
    const foreign = await suite.call('getWorkspace', {
      auth: mine.owner.pat,
      params: { ws: theirs.owner.workspace.slug },
    });
    const absent = await suite.call('getWorkspace', {
      auth: mine.owner.pat,
      params: { ws: 'no-such-slug-anywhere' },
    });
    expect(comparable(foreign)).toEqual(comparable(absent));
    expect(foreign.status).toBe(404);
  });

  it('an app name', async () => {
    const foreign = await suite.call('getApp', { auth: mine.owner.pat, params: { app: theirs.app.name } });
    const absent = await suite.call('getApp', {
      auth: mine.owner.pat,
      params: { app: 'no-such-app-anywhere' },
    });
    expect(comparable(foreign)).toEqual(comparable(absent));
    expect(foreign.status).toBe(404);
  });
});

/** Fields of queries and bodies that name something, by the kind of id they take. */
const namingFields: Readonly<Record<string, string>> = {
  workspace_id: 'ws',
  app: 'app',
  app_id: 'app',
  pat_id: 'pat',
  policy_id: 'pol',
  actor_id: 'acc',
  target_id: 'key',
};

const namingOperations = guardedOperations.flatMap(([operationId, operation]) =>
  (['query', 'body'] as const).flatMap((where) =>
    Object.keys(operation[where]?.['properties' as never] ?? {})
      .filter((field) => field in namingFields)
      .map((field) => [operationId, where, field, operation] as const),
  ),
);

describe.each(namingOperations)(
  '%s: foreign looks like absent in the %s, field %s',
  (operationId, where, field, operation) => {
    const call = (ids: IdsByPrefix, auth: string) => {
      const valid = validCall(operation, mine);
      const value = ids[namingFields[field] ?? ''] ?? '';
      return suite.call(operationId, {
        ...valid,
        auth,
        [where]: where === 'query' ? { [field]: value } : { ...(valid.body as object), [field]: value },
      });
    };

    it.each([
      ['a pinned PAT', () => mine.owner.pat],
      ['a session', () => mine.owner.session],
    ])('with %s', async (_, auth) => {
      const foreign = await call(idsOf(theirs), auth());
      const absent = await call(absentIds(), auth());
      expect(comparable(foreign)).toEqual(comparable(absent));
      if (foreign.status === 200 && Array.isArray(foreign.body.data)) expect(foreign.body.data).toEqual([]);
    });
  },
);

describe('a token of a foreign app', () => {
  it('is answered by authorize like one of an app that does not exist', async () => {
    const [header, payload, signature] = theirs.accessToken.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const elsewhere = Buffer.from(JSON.stringify({ ...claims, app_id: absentIds()['app'] })).toString(
      'base64url',
    );
    const body = (token: string) => ({ token, permission: 'projects:read' });
    const foreign = await suite.call('authorize', { auth: mine.owner.pat, body: body(theirs.accessToken) });
    const absent = await suite.call('authorize', {
      auth: mine.owner.pat,
      body: body([header, elsewhere, signature].join('.')),
    });
    expect(comparable(foreign)).toEqual(comparable(absent));
    expect(foreign.body.allowed ?? false).toBe(false);
  });
});

describe('lists', () => {
  it.each(guardedOperations.filter(([, { success }]) => success.shape === 'page'))(
    '%s shows nothing of another workspace',
    async (operationId, operation) => {
      const answer = await suite.call(operationId, {
        ...validCall(operation, bystander),
        query: { limit: 100 },
      });
      expect(answer.status).toBe(200);
      for (const id of Object.values(idsOf(theirs))) expect(answer.text).not.toContain(id);
    },
  );
});
