import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;
/** Processes of their own, which hash as in production: nobody else's passwords are hashed there. */
const instances: Record<'tokens' | 'heimdall-admin', { name: string; url: string }> = {
  tokens: { name: '', url: '' },
  'heimdall-admin': { name: '', url: '' },
};

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  for (const service of ['tokens', 'heimdall-admin'] as const)
    instances[service] = await suite.control.startInstance(service, { PASSWORD_HASH_COST: '10' });
}, 60_000);
afterAll(async () => {
  for (const { name } of Object.values(instances)) await suite.control.stop(name);
  await suite.close();
});

const password = 'the right pass phrase';
const admin = (operationId: string, body: object, params: object = {}) =>
  suite.call(operationId, { auth: world.owner.pat, params: { app: world.app.id, ...params }, body });
const address = () => `${uniqueName('person')}@acme.co`;
const argon = (m: number, t: number) =>
  `$argon2id$v=19$m=${String(m)},t=${String(t)},p=1$c29tZXNhbHRzYWx0$${'A'.repeat(43)}`;
/** Hashes of no password anybody knows. */
const imported = {
  'bcrypt of a lower cost': `$2y$05$${'a'.repeat(53)}`,
  'bcrypt of a higher cost': `$2b$11$${'a'.repeat(53)}`,
  argon2id: argon(8192, 2),
  'argon2id that costs less': argon(4096, 1),
};
const most = { rounds: 2 ** 11, blocks: 16_384 };

async function counted(service: keyof typeof instances): Promise<{ rounds: number; blocks: number }> {
  const text = await (await fetch(`${instances[service].url}/metrics`)).text();
  const read = (name: string) =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  return { rounds: read('password_bcrypt_rounds_total'), blocks: read('password_argon2_blocks_total') };
}
async function workOf(service: keyof typeof instances, act: () => Promise<unknown>) {
  const before = await counted(service);
  await act();
  const after = await counted(service);
  return { rounds: after.rounds - before.rounds, blocks: after.blocks - before.blocks };
}

/** Who may be asked for, and with what password: all of them are refused. */
async function people(): Promise<[string, string, string][]> {
  const rows = Object.entries(imported).map(([kind, password_hash]) => ({
    kind,
    email: address(),
    password_hash,
  }));
  const users = rows.map(({ email, password_hash }) => ({ email, password_hash }));
  await expectStatus(admin('importUsers', { users }), 200);
  const made = async (body: object = { password }) => {
    const email = address();
    const { body: user } = await expectStatus(admin('createUser', { email, ...body }), 201);
    return { email, user_id: user.id as string };
  };
  const [own, none, gone] = [await made(), await made({}), await made()];
  await expectStatus(admin('deactivateUser', {}, { user_id: gone.user_id }), 200);
  const wrong = 'the wrong pass phrase';
  return [
    ...rows.map(({ kind, email }): [string, string, string] => [kind, email, wrong]),
    ['a hash of our own', own.email, wrong],
    ['no password', none.email, wrong],
    ['deactivated, wrong', gone.email, wrong],
    ['deactivated, right', gone.email, password],
  ];
}

describe('a refusal computes the same', () => {
  it('at a sign-in, for nobody and for users of every kind of hash that the app has', async () => {
    const all = [...(await people()), ['nobody', address(), password]];
    for (const [kind, email = '', given = ''] of all) {
      const work = await workOf('tokens', async () => {
        const on = instances.tokens.url as `http${string}`;
        const body = { email, password: given };
        expect((await suite.call('signInUser', { on, params: { app: world.app.id }, body })).status).toBe(
          401,
        );
      });
      expect([kind, work]).toEqual([kind, most]);
    }
  });

  it('at an invite, for users of every kind', async () => {
    for (const [kind, email, given] of await people()) {
      const { body: invite } = await expectStatus(
        admin('createInvite', { email, role: world.role.name }),
        201,
      );
      const work = await workOf('heimdall-admin', async () => {
        const on = instances['heimdall-admin'].url as `http${string}`;
        const params = { invite_token: invite.token as string };
        expect((await suite.call('acceptInvite', { on, params, body: { password: given } })).status).toBe(
          401,
        );
      });
      expect([kind, work]).toEqual([kind, most]);
    }
  });

  it('is one hash of our own in an app where nobody was imported', async () => {
    const other = await createWorld(suite);
    const on = instances.tokens.url as `http${string}`;
    const params = { app: other.app.id };
    for (const email of [address(), other.user.email]) {
      const body = { email, password: 'the wrong pass phrase' };
      const work = await workOf('tokens', () => suite.call('signInUser', { on, params, body }));
      expect(work).toEqual({ rounds: 2 ** 10, blocks: 0 });
    }
  });

  it('at the token endpoint as well', async () => {
    const other = await createWorld(suite);
    const on = instances.tokens.url as `http${string}`;
    const params = { app: other.app.id };
    for (const email of [address(), other.user.email]) {
      const body = { grant_type: 'password', email, password: 'the wrong pass phrase' };
      const work = await workOf('tokens', async () => {
        expect((await suite.call('issueToken', { on, params, body })).status).toBe(401);
      });
      expect(work).toEqual({ rounds: 2 ** 10, blocks: 0 });
    }
  });
});
