import { tokenIn, uniqueName, type Account, type Answer, type Suite, type World } from '@pcft/testing';
import { Secret, TOTP } from 'otpauth';

/** One object, and a try to use it. */
export interface Attempt {
  /** @param on the instance of platform to ask */
  use(on: `http${string}` | undefined, number: number): Promise<Answer>;
  /** After all tries: what is wrong with the state that they left, or null. */
  check?(won: Answer | undefined): Promise<string | null>;
}

/** A kind of object of which exactly one use may succeed. A new kind is one row here. */
export interface OneTimeObject {
  readonly name: string;
  /** Operations without which there is none. */
  readonly needs: readonly string[];
  readonly refusedWith: readonly number[];
  /** Default: 2xx. */
  readonly succeeds?: (answer: Answer) => boolean;
  make(suite: Suite, world: World): Promise<Attempt>;
}

export const oneTimeObjects: readonly OneTimeObject[] = [
  {
    name: 'the slug of a workspace',
    needs: ['createWorkspace'],
    refusedWith: [409],
    async make(suite, { owner }) {
      const body = { slug: uniqueName('once').slice(0, 39), display_name: 'Once' };
      return { use: (on) => suite.call('createWorkspace', { auth: owner.session, body, ...(on && { on }) }) };
    },
  },
  {
    name: 'the name of an app',
    needs: ['createWorkspaceApp'],
    refusedWith: [409],
    async make(suite, { owner }) {
      const call = {
        auth: owner.pat,
        params: { ws: owner.workspace.id },
        body: { slug: uniqueName('once'), display_name: 'Once' },
      };
      return { use: () => suite.call('createWorkspaceApp', call) };
    },
  },
  {
    name: 'an address that signs up',
    needs: ['signUpWithEmail'],
    refusedWith: [401],
    // All are answered alike; who got the account shows by whose password opens it.
    succeeds: (answer) => answer.operation.operationId === 'signInWithEmail' && answer.status === 200,
    async make(suite) {
      const email = `${uniqueName('once')}@example.com`;
      const passwordOf = (number: number) => `the pass phrase of try ${String(number)} for ${email}`;
      let pending = 0;
      let release: () => void = () => undefined;
      const all = new Promise<void>((resolve) => (release = resolve));
      return {
        async use(on, number) {
          pending++;
          await suite.call('signUpWithEmail', {
            ...(on && { on }),
            body: { email, password: passwordOf(number), name: 'Once' },
          });
          if (--pending === 0) release();
          await all;
          return suite.call('signInWithEmail', { body: { email, password: passwordOf(number) } });
        },
      };
    },
  },
  {
    name: 'the link that verifies an address',
    needs: ['verifyEmail'],
    refusedWith: [400],
    async make(suite) {
      const { email } = await suite.createAccount();
      const body = {
        token: tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Verify your address' })),
      };
      return { use: (on) => suite.call('verifyEmail', { body, ...(on && { on }) }) };
    },
  },
  {
    name: 'the link that sets a new password',
    needs: ['forgetPassword', 'resetPassword'],
    refusedWith: [400],
    async make(suite) {
      const { email } = await suite.createAccount();
      await suite.call('forgetPassword', { body: { email } });
      const token = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Set a new password' }));
      const passwordOf = (number: number) => `the new pass phrase of try ${String(number)}`;
      let winner = -1;
      return {
        async use(on, number) {
          const body = { token, newPassword: passwordOf(number) };
          const answer = await suite.call('resetPassword', { body, ...(on && { on }) });
          if (answer.status === 200) winner = number;
          return answer;
        },
        // The password that stands is that of the one try that was told so.
        async check() {
          const { status } = await suite.call('signInWithEmail', {
            body: { email, password: passwordOf(winner) },
          });
          return status === 200 ? null : `the winner's password is answered ${String(status)}`;
        },
      };
    },
  },
  {
    name: "the link that verifies an end user's address",
    needs: ['verifyUserEmail', 'resendUserVerification'],
    refusedWith: [400],
    async make(suite, { app, owner }) {
      const { email, params } = await endUser(suite, { app, owner });
      await suite.call('resendUserVerification', { params, body: { email } });
      const token = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Verify your address for' }));
      return { use: () => suite.call('verifyUserEmail', { params, body: { token } }) };
    },
  },
  {
    name: "the link that sets an end user's password",
    needs: ['forgotUserPassword', 'resetUserPassword'],
    refusedWith: [400],
    async make(suite, { app, owner }) {
      const { email, params } = await endUser(suite, { app, owner });
      await suite.call('forgotUserPassword', { params, body: { email } });
      const token = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Set a new password for' }));
      const passwordOf = (number: number) => `the new pass phrase of try ${String(number)}`;
      let winner = -1;
      return {
        async use(_, number) {
          const body = { token, new_password: passwordOf(number) };
          const answer = await suite.call('resetUserPassword', { params, body });
          if (answer.status === 200) winner = number;
          return answer;
        },
        // The password that stands is that of the one try that was told so.
        async check() {
          const body = { email, password: passwordOf(winner) };
          const { status } = await suite.call('signInUser', { params, body });
          return status === 200 ? null : `the winner's password is answered ${String(status)}`;
        },
      };
    },
  },
  {
    name: 'the invite to a workspace',
    needs: ['createWorkspaceInvite', 'acceptWorkspaceInvite'],
    refusedWith: [409, 410],
    async make(suite, { owner }) {
      const account = await suite.createAccount();
      const params = { ws: owner.workspace.id };
      const body = { email: account.email, role: 'member' };
      await suite.call('createWorkspaceInvite', { auth: owner.session, params, body });
      const token = tokenIn(await suite.inbox.waitFor({ to: account.email, subject: 'Invitation to' }));
      return {
        use: (on) =>
          suite.call('acceptWorkspaceInvite', {
            auth: account.session,
            params: { token },
            ...(on && { on }),
          }),
      };
    },
  },
  {
    name: 'the invite to an app, at both doors',
    needs: ['createInvite', 'acceptInvite', 'acceptUserInvite'],
    refusedWith: [409, 410],
    async make(suite, { app, owner, role }) {
      const params = { app: app.id };
      const invite = { email: `${uniqueName('once')}@example.com`, role: role.name };
      const made = await suite.call('createInvite', { auth: owner.pat, params, body: invite });
      const token = made.body.token as string;
      return {
        use: (_, number) =>
          number % 2 === 0
            ? suite.call('acceptUserInvite', { params, body: { token, password: endUserPassword } })
            : suite.call('acceptInvite', {
                params: { invite_token: token },
                body: { password: endUserPassword },
              }),
      };
    },
  },
  {
    name: 'a recovery code',
    needs: ['verifyTwoFactor'],
    refusedWith: [401],
    async make(suite) {
      const { account, recoveryCodes } = await enrolled(suite);
      const [code = ''] = recoveryCodes;
      return { use: (on) => verifySecondFactor(suite, account, code, on) };
    },
  },
  {
    name: 'a code of the authenticator',
    needs: ['verifyTwoFactor'],
    refusedWith: [401],
    async make(suite) {
      const { account, secret } = await enrolled(suite);
      const code = codeOf(secret);
      return { use: (on) => verifySecondFactor(suite, account, code, on) };
    },
  },
  {
    name: 'a recovery code of an end user',
    needs: ['verifyUserTwoFactor'],
    refusedWith: [401],
    async make(suite, world) {
      const user = await enrolledUser(suite, world);
      const [code = ''] = user.recoveryCodes;
      return { use: async () => finishSignIn(suite, world, await beginSignIn(suite, world, user), code) };
    },
  },
  {
    name: 'a code of the authenticator of an end user',
    needs: ['verifyUserTwoFactor'],
    refusedWith: [401],
    async make(suite, world) {
      const user = await enrolledUser(suite, world);
      const code = codeOf(user.secret);
      return { use: async () => finishSignIn(suite, world, await beginSignIn(suite, world, user), code) };
    },
  },
  {
    name: 'a sign-in of an end user that waits for the second factor',
    needs: ['verifyUserTwoFactor'],
    refusedWith: [401],
    async make(suite, world) {
      const user = await enrolledUser(suite, world);
      const challenge = await beginSignIn(suite, world, user);
      // Each with a recovery code of its own: only the challenge can refuse them.
      return {
        use: (_, number) =>
          finishSignIn(suite, world, challenge, user.recoveryCodes[number % user.recoveryCodes.length] ?? ''),
      };
    },
  },
  {
    name: 'a refresh token',
    needs: ['refreshToken'],
    // A repeat within the grace of a lost answer is given what the first was given, and nothing new.
    refusedWith: [200],
    succeeds: (answer) => firstOf(answer),
    async make(suite, { app, user }) {
      const params = { app: app.id };
      const { email, password } = user;
      const issued = await suite.call('issueToken', {
        params,
        body: { grant_type: 'password', email, password },
      });
      const refresh = (token: unknown) =>
        suite.call('refreshToken', { params, body: { refresh_token: token as string } });
      return {
        use: () => refresh(issued.body.refresh_token),
        // Used again when the grace is over it is stolen: nothing of the sign-in is good any more.
        async check(won) {
          await new Promise((resolve) => setTimeout(resolve, afterGraceMs));
          const reused = await refresh(issued.body.refresh_token);
          const successor = await refresh(won?.body.refresh_token);
          return reused.status === 401 && successor.status === 401
            ? null
            : `reuse is answered ${String(reused.status)}, then the successor ${String(successor.status)}`;
        },
      };
    },
  },
];

const afterGraceMs = 12_000;

const seen = new Set<string>();

/** Whether this refresh token was given for the first time. */
function firstOf({ status, body }: Answer): boolean {
  const token = status === 200 ? (body as { refresh_token?: string }).refresh_token : undefined;
  if (token === undefined || seen.has(token)) return false;
  seen.add(token);
  return true;
}

/** An end user of the world's app, whom an admin has made. */
async function endUser(suite: Suite, { app, owner }: Pick<World, 'app' | 'owner'>) {
  const email = `${uniqueName('once')}@example.com`;
  const params = { app: app.id };
  await suite.call('createUser', { auth: owner.pat, params, body: { email } });
  return { email, params };
}

/** An account with a second factor. */
async function enrolled(
  suite: Suite,
): Promise<{ account: Account; secret: string; recoveryCodes: readonly string[] }> {
  // The code of activation is one of the step before, so that the one of this step is still good.
  const account = await suite.createAccount();
  const auth = account.session;
  const enabled = await suite.call('enableTwoFactor', { auth, body: { password: account.password } });
  const { secret, recoveryCodes } = enabled.body.data as { secret: string; recoveryCodes: string[] };
  await suite.call('activateTwoFactor', { auth, body: { code: codeOf(secret, -1) } });
  return { account, secret, recoveryCodes };
}

function codeOf(secret: string, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

/** A sign-in of its own up to the second step. */
async function verifySecondFactor(
  suite: Suite,
  { email, password }: Account,
  code: string,
  on: `http${string}` | undefined,
): Promise<Answer> {
  const begun = await suite.call('signInWithEmail', { body: { email, password } });
  const body = { challengeToken: begun.body.data.challengeToken as string, code };
  return suite.call('verifyTwoFactor', { body, ...(on && { on }) });
}

interface EnrolledUser {
  readonly email: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

const endUserPassword = 'the long pass phrase of an end user';

/** An end user with a second factor. */
async function enrolledUser(suite: Suite, { app, owner }: World): Promise<EnrolledUser> {
  const params = { app: app.id };
  const email = `${uniqueName('once')}@example.com`;
  const signedUp = await suite.call('signUpUser', { params, body: { email, password: endUserPassword } });
  const auth = signedUp.body.access_token as string;
  // A second factor is for users whose address is verified.
  const ofUser = { app: app.id, user_id: signedUp.body.user.id as string };
  await suite.call('updateUser', { auth: owner.pat, params: ofUser, body: { email_verified: true } });
  const begun = await suite.call('enrolUserTotp', { auth, params, body: { password: endUserPassword } });
  const { secret } = begun.body as { secret: string };
  const done = await suite.call('confirmUserTotp', { auth, params, body: { code: codeOf(secret, -1) } });
  return { email, secret, recoveryCodes: done.body.recovery_codes as string[] };
}

async function beginSignIn(suite: Suite, { app }: World, { email }: EnrolledUser): Promise<string> {
  const body = { email, password: endUserPassword };
  const begun = await suite.call('signInUser', { params: { app: app.id }, body });
  return begun.body.challenge_token as string;
}

function finishSignIn(suite: Suite, { app }: World, challenge_token: string, code: string): Promise<Answer> {
  return suite.call('verifyUserTwoFactor', { params: { app: app.id }, body: { challenge_token, code } });
}
