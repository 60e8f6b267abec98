import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signClientAddress } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const password = 'a long password of a guest';
const free = 10;
const address = () => `${uniqueName('bob')}@contractor.io`;
const admin = (operationId: string, body: object) =>
  suite.call(operationId, { auth: world.owner.pat, params: { app: world.app.id }, body });
/** An invite to somebody who is a user already. */
const invited = async (more: object = {}) => {
  const email = address();
  await expectStatus(admin('createUser', { email, password, role: 'admin' }), 201);
  const { body } = await expectStatus(admin('createInvite', { email, role: world.role.name, ...more }), 201);
  return { email, token: body.token as string };
};
const accept = (token: string, body: object, ip?: string) =>
  suite.call('acceptInvite', {
    params: { invite_token: token },
    body: { password, ...body },
    ...(ip !== undefined && {
      headers: {
        'x-client-address': signClientAddress(suite.stack.secrets.edgeSecret, {
          ip,
          at: Date.now(),
          method: 'POST',
          path: `/v1/invites/${token}/accept`,
        }),
      },
    }),
  });
const signIn = (email: string, given = password) =>
  suite.call('signInUser', { params: { app: world.app.id }, body: { email, password: given } });
const wrong = (n: number) => ({ password: `the wrong pass phrase ${String(n)}` });
/** What an answer says, without what is of this call alone. */
const said = ({ status, body }: { status: number; body: { error: { code: string; details?: unknown } } }) => [
  status,
  body.error.code,
  body.error.details,
];

describe('429', () => {
  it('of 20 guesses at once from one address ten are looked at, and then the right password is not', async () => {
    const { email, token } = await invited();
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, n) => accept(token, wrong(n))));
    const statuses = guesses.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 401)).toHaveLength(free);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20 - free);
    const right = await accept(token, {});
    expect([right.status, Number(right.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    // They were guesses at the sign-in: an invite is no second budget.
    expect((await signIn(email)).status).toBe(429);
  });

  it('after guesses at the sign-in, too', async () => {
    const { email, token } = await invited();
    const guesses = Array.from({ length: free }, (_, n) => signIn(email, wrong(n).password));
    expect((await Promise.all(guesses)).map(({ status }) => status)).toEqual(Array(free).fill(401));
    expect((await accept(token, {})).status).toBe(429);
    // Another caller is not held up by them.
    expect((await accept(token, {}, '198.51.100.77')).status).toBe(200);
  });

  it('strangers together have five times as many for one user, from however many addresses', async () => {
    const { token } = await invited();
    const guesses = Array.from({ length: 60 }, (_, n) =>
      accept(token, wrong(n), `198.51.100.${String(n + 1)}`),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5 * free);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60 - 5 * free);
    expect((await accept(token, {}, '203.0.113.9')).status).toBe(429);
  });

  it('alike for an address that nobody has', async () => {
    const known = await invited({ max_uses: 5 });
    const unknown = address();
    for (const email of [known.email, unknown])
      await Promise.all(Array.from({ length: free }, (_, n) => signIn(email, wrong(n).password)));
    const answers = await Promise.all([known.email, unknown].map((email) => accept(known.token, { email })));
    expect(answers.map(said)).toEqual([answers.map(said)[0], answers.map(said)[0]]);
    expect(answers[0]?.status).toBe(429);
  });
});

describe('a right password', () => {
  it('gives its attempt back, here and at the sign-in', async () => {
    const { email, token } = await invited({ max_uses: 5 });
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < free - 1; n++)
        expect((await accept(token, { email, ...wrong(n) })).status).toBe(401);
      expect((await accept(token, { email })).status).toBe(200);
    }
    expect((await signIn(email)).status).toBe(200);
  });
});

describe('400', () => {
  it.each(['short', 'password123'])('for %j says the same whether the address has a user', async (bad) => {
    const known = await invited({ max_uses: 5 });
    const answers = [];
    for (const email of [known.email, address()])
      answers.push(said(await accept(known.token, { email, password: bad })));
    expect(answers[0]?.[0]).toBe(400);
    expect(answers[1]).toEqual(answers[0]);
  });
});
