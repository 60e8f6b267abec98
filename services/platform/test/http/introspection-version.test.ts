import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

describe.each(['introspect', 'introspectWorkspace'])('%s', (operationId) => {
  const ask = (auth: string, tag?: string) =>
    suite.call(operationId, {
      auth,
      params: { id: owner.workspace.id },
      ...(tag !== undefined && { headers: { 'if-none-match': tag } }),
    });

  it('304 to whom has this very answer, until anything of it changes', async () => {
    const person = await suite.addMember(owner.workspace, 'admin');
    const first = await ask(person.session);
    const tag = first.headers['etag'] ?? '';
    expect(tag).toBe(`"${first.body.version}"`);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect((await ask(person.session, tag)).status).toBe(304);
    const params = { ws: owner.workspace.id, id: person.memberId };
    await suite.call('updateMember', { auth: owner.session, params, body: { role: 'member' } });
    const after = await ask(person.session, tag);
    expect(after.status).toBe(200);
    expect(after.body.version).not.toBe(first.body.version);
  });

  it('400 to a tag that is none, 401 to a dead credential whatever its tag', async () => {
    const { id, secret } = await suite.mint(owner);
    const tag = (await ask(secret)).headers['etag'] ?? '';
    expect((await ask(secret, 'not a tag')).status).toBe(400);
    await suite.revoke(owner, id);
    expect((await ask(secret, tag)).status).toBe(401);
  });
});
