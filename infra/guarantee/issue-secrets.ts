import { randomBytes } from 'node:crypto';
import { expectStatus, sessionOf, tokenIn, uniqueName, type Suite, type World } from '@pcft/testing';
import { Secret, TOTP } from 'otpauth';
import type { IssuedSecret } from './secret-search.ts';

interface Issuing {
  readonly suite: Suite;
  readonly world: World;
}

/** Issues one secret of a kind and uses it; one call may give several. */
type Issuer = (issuing: Issuing) => Promise<IssuedSecret[]>;

/** What is looked for of a token: its random part. Prefix and last four characters are shown on purpose. */
function token(kind: string, text: string): IssuedSecret {
  const random = text.slice(text.lastIndexOf('_') + 1, -4);
  return { kind, text: random };
}

const password = () => `pass word+${randomBytes(12).toString('base64url')}/ä`;

const issuers: readonly Issuer[] = [
  /** A PAT and one minted with it; the first is then rotated with an overlap. */
  async ({ suite, world: { owner } }) => {
    const pat = await suite.mint(owner);
    const params = { ws: owner.workspace.id, id: pat.id };
    const child = await suite.mint(
      { session: pat.secret, workspace: owner.workspace },
      { kind: 'read-only' },
    );
    const rotated = await expectStatus(
      suite.call('rotateAccessToken', { auth: pat.secret, params, body: { overlap_seconds: 60 } }),
      200,
    );
    const fresh = rotated.body.secret as string;
    await suite.call('getWorkspace', { auth: fresh, params: { ws: owner.workspace.id }, on: 'gateway' });
    await suite.call('listProjects', { auth: child.secret, params: { organizationId: owner.workspace.id } });
    await misplace(suite, pat.secret);
    return [token('PAT', pat.secret), token('child PAT', child.secret), token('rotated PAT', fresh)];
  },

  /** The secret of a webhook, before and after a rotation. */
  async ({ suite, world: { owner } }) => {
    const params = { ws: owner.workspace.id };
    const body = { name: 'sink', kind: 'webhook', url: 'https://receiver.example.com/hook', enabled: false };
    const made = await expectStatus(suite.call('createAuditSink', { auth: owner.pat, params, body }), 201);
    const sink = { ...params, sink: made.body.id as string };
    const rotated = await expectStatus(
      suite.call('rotateAuditSinkSecret', { auth: owner.pat, params: sink, body: {} }),
      200,
    );
    await suite.call('testAuditSink', { auth: owner.pat, params: sink });
    return [made, rotated].map((answer) => ({
      kind: 'webhook secret',
      text: (answer.body.secret as string).slice('whsec_'.length, -1),
    }));
  },

  async ({ suite, world: { owner } }) => {
    const made = await expectStatus(
      suite.call('createApiKey', { auth: owner.session, body: { name: 'key', scopes: ['user:read'] } }),
      200,
    );
    const key = made.body.data.key as string;
    await suite.call('getCurrentUser', { auth: { apiKey: key }, on: 'gateway' });
    await misplace(suite, key);
    return [token('ba_ key', key)];
  },

  async ({ suite, world: { app, owner } }) => {
    const made = await expectStatus(
      suite.call('createAppApiKey', { auth: owner.pat, params: { app: app.id }, body: { name: 'key' } }),
      201,
    );
    const key = made.body.secret as string;
    const body = { token: 'x', permission: 'projects:read' };
    await suite.call('authorize', { auth: key, body });
    await suite.call('authorize', { auth: key, body: { ...body, token: key } });
    return [token('app key', key)];
  },

  /** An account's password and session. */
  async ({ suite }) => {
    const secret = password();
    const email = `${uniqueName('person')}@example.com`;
    await expectStatus(
      suite.call('signUpWithEmail', { body: { email, password: secret, name: 'Person' } }),
      200,
    );
    const signedIn = await expectStatus(
      suite.call('signInWithEmail', { body: { email, password: secret } }),
      200,
    );
    const session = sessionOf(signedIn.cookies);
    await suite.call('signInWithEmail', { rawBody: `{"email":"${email}","password":"${secret}"` });
    await suite.call('signInWithEmail', { body: { email, password: secret, passwort: secret } });
    await suite.call('signUpWithEmail', { body: { email, password: { text: secret }, name: 'Person' } });
    await suite.call('listWorkspaces', { auth: session, on: 'gateway' });
    const device = signedIn.cookies.map((cookie) => /^pcft_device=([^;~]+)/.exec(cookie)?.[1]).find(Boolean);
    return [
      { kind: 'password of an account', text: secret },
      token('session', session),
      ...(device ? [{ kind: 'device cookie', text: device }] : []),
    ];
  },

  /** An end user's password and tokens. */
  async ({ suite, world: { app, owner, role } }) => {
    const secret = password();
    const email = `${uniqueName('user')}@example.com`;
    const params = { app: app.id };
    await expectStatus(
      suite.call('createUser', {
        auth: owner.pat,
        params,
        body: { email, password: secret, role: role.name },
      }),
      201,
    );
    const issued = await expectStatus(
      suite.call('issueToken', { params, body: { grant_type: 'password', email, password: secret } }),
      200,
    );
    await suite.call('issueToken', { params, rawBody: `{"password":"${secret}",}` });
    const { access_token: jwt, refresh_token: refresh } = issued.body as Record<string, string>;
    await suite.call('authorize', {
      auth: owner.pat,
      body: { token: jwt, permission: 'projects:read' },
      on: 'gateway',
    });
    return [
      { kind: 'password of an end user', text: secret },
      { kind: 'access token', text: jwt?.split('.')[2] ?? '' },
      token('refresh token', refresh ?? ''),
    ];
  },

  /** What goes to an end user by mail: half of the links are used, the others stay good. */
  async ({ suite, world: { app } }) => {
    const params = { app: app.id };
    const email = `${uniqueName('user')}@example.com`;
    await expectStatus(suite.call('signUpUser', { params, body: { email, password: password() } }), 201);
    const verification = tokenIn(
      await suite.inbox.waitFor({ to: email, subject: 'Verify your address for' }),
    );
    await suite.call('forgotUserPassword', { params, body: { email }, on: 'gateway' });
    const reset = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Set a new password for' }));
    const next = password();
    await suite.call('resetUserPassword', { params, body: { token: reset, new_password: 'short' } });
    await suite.call('verifyUserEmail', { params, body: { token: reset } });
    await suite.call('resetUserPassword', {
      params,
      rawBody: `{"token":"${reset}","new_password":"${next}",}`,
    });
    if (Math.random() < 0.5) {
      await suite.call('verifyUserEmail', { params, body: { token: verification }, on: 'gateway' });
      const body = { token: reset, new_password: next };
      await expectStatus(suite.call('resetUserPassword', { params, body }), 200);
    }
    return [
      token("end user's verification token", verification),
      token("end user's reset token", reset),
      { kind: "end user's new password", text: next },
    ];
  },

  /** An invite to an app, once accepted by the Consumer API, once left good; what is guessed at it, and what it gives. */
  async ({ suite, world: { app, owner, role } }) => {
    const params = { app: app.id };
    const secret = password();
    const guessed = password();
    const tokens: string[] = [];
    for (let made = 0; made < 2; made++) {
      const body = { email: `${uniqueName('guest')}@example.com`, role: role.name };
      const invite = await expectStatus(suite.call('createInvite', { auth: owner.pat, params, body }), 201);
      tokens.push(invite.body.token as string);
    }
    const [used = '', good = ''] = tokens;
    await suite.call('acceptUserInvite', { params, rawBody: `{"token":"${used}","password":"${guessed}",}` });
    await suite.call('acceptUserInvite', { params, body: { token: used, password: guessed, email: used } });
    // Through the gateway: the token stands in the path.
    await suite.call('acceptInvite', {
      params: { invite_token: good },
      body: { password: guessed, passwort: secret },
      on: 'gateway',
    });
    const accepted = await expectStatus(
      suite.call('acceptUserInvite', { params, body: { token: used, password: secret }, on: 'gateway' }),
      200,
    );
    return [
      token("end user's invite token, used", used),
      token("end user's invite token, good", good),
      token("guest's refresh token", accepted.body.refresh_token as string),
      { kind: 'password of a guest', text: secret },
      { kind: 'password guessed at an invite', text: guessed },
    ];
  },

  /** A second factor: its secret, and the codes for when it is lost. */
  async ({ suite }) => {
    const account = await suite.createAccount();
    const auth = account.session;
    const enabled = await expectStatus(
      suite.call('enableTwoFactor', { auth, body: { password: account.password } }),
      200,
    );
    const { secret, recoveryCodes } = enabled.body.data as { secret: string; recoveryCodes: string[] };
    await suite.call('activateTwoFactor', { auth, body: { code: secret } });
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    await expectStatus(suite.call('activateTwoFactor', { auth, body: { code } }), 200);
    return [
      { kind: 'second factor', text: secret },
      ...recoveryCodes.slice(0, 1).map((text) => ({ kind: 'recovery code', text })),
    ];
  },

  /** A second factor of an end user, its recovery codes, and a sign-in that waits for one. */
  async ({ suite, world: { app, owner } }) => {
    const secretWord = password();
    const email = `${uniqueName('user')}@example.com`;
    const params = { app: app.id };
    const signedUp = await expectStatus(
      suite.call('signUpUser', { params, body: { email, password: secretWord } }),
      201,
    );
    const auth = signedUp.body.access_token as string;
    // A second factor is for users whose address is verified.
    const ofUser = { app: app.id, user_id: signedUp.body.user.id as string };
    await expectStatus(
      suite.call('updateUser', { auth: owner.pat, params: ofUser, body: { email_verified: true } }),
      200,
    );
    const begun = await expectStatus(
      suite.call('enrolUserTotp', { auth, params, body: { password: secretWord } }),
      200,
    );
    const { secret } = begun.body as { secret: string };
    await suite.call('confirmUserTotp', { auth, params, body: { code: secret.slice(0, 30) } });
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    const done = await expectStatus(suite.call('confirmUserTotp', { auth, params, body: { code } }), 200);
    const waiting = await expectStatus(
      suite.call('signInUser', { params, body: { email, password: secretWord }, on: 'gateway' }),
      200,
    );
    const challenge = waiting.body.challenge_token as string;
    await suite.call('verifyUserTwoFactor', { params, rawBody: `{"challenge_token":"${challenge}",` });
    return [
      { kind: 'second factor of an end user', text: secret },
      ...(done.body.recovery_codes as string[])
        .slice(0, 1)
        .map((text) => ({ kind: 'recovery code of an end user', text })),
      token('challenge of an end user', challenge),
    ];
  },

  /** A machine identity: its secret, and the one it was rotated to. */
  async ({ suite, world: { app, owner } }) => {
    const auth = owner.pat;
    const made = await expectStatus(
      suite.call('createCredential', {
        auth,
        params: { app: app.id },
        body: { name: uniqueName('machine'), permissions: ['billing:read'] },
      }),
      201,
    );
    const { id, client_id, client_secret } = made.body as Record<string, string>;
    const body = { grant_type: 'client_credentials', client_id, client_secret };
    await suite.call('issueToken', { params: { app: app.id }, body, on: 'gateway' });
    await suite.call('issueToken', { params: { app: app.id }, body: { ...body, scope: client_secret } });
    const rotated = await expectStatus(
      suite.call('updateCredential', {
        auth,
        params: { app: app.id, credential_id: id ?? '' },
        body: { rotate: true, overlap_seconds: 60 },
      }),
      200,
    );
    return [
      token('client secret', client_secret ?? ''),
      token('rotated client secret', rotated.body.client_secret as string),
    ];
  },

  /** What goes by mail: half of the links are used, the others stay good. */
  async ({ suite, world: { owner } }) => {
    const account = await suite.createAccount();
    const { email } = account;
    const verification = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Verify your address' }));
    await suite.call('getEmailVerification', { query: { token: verification }, on: 'gateway' });
    await suite.call('forgetPassword', { body: { email } });
    const reset = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Set a new password' }));
    await suite.call('resetPassword', { body: { token: reset, newPassword: 'short' } });
    await suite.call('createWorkspaceInvite', {
      ...{ auth: owner.session, params: { ws: owner.workspace.id }, body: { email, role: 'member' } },
    });
    const invite = tokenIn(await suite.inbox.waitFor({ to: email, subject: 'Invitation to' }));
    // By somebody it was not sent to, through the gateway: the token stands in the path.
    await suite.call('acceptWorkspaceInvite', {
      auth: owner.session,
      params: { token: invite },
      on: 'gateway',
    });
    if (Math.random() < 0.5) {
      await suite.call('verifyEmail', { body: { token: verification } });
      await suite.call('resetPassword', { body: { token: reset, newPassword: password() } });
    }
    return [
      token('verification token', verification),
      token('reset token', reset),
      token('invite token', invite),
    ];
  },
];

/** As callers do by mistake: in a body that does not parse, in a field, in a query, in a path. */
async function misplace(suite: Suite, secret: string): Promise<void> {
  await suite.call('createWorkspace', { auth: secret, rawBody: `{"slug":"${secret}",` });
  await suite.call('createWorkspace', { auth: secret, body: { slug: secret, display_name: 7 } });
  await suite.call('listWorkspaces', { auth: secret, query: { token: secret }, on: 'gateway' });
  await suite.call('getWorkspace', { auth: secret, params: { ws: secret }, on: 'gateway' });
}

/** Runs every issuer `each` times, a few at once. */
export async function issueSecrets(suite: Suite, world: World, each: number): Promise<IssuedSecret[]> {
  const secrets: IssuedSecret[] = [];
  for (const issue of issuers) {
    let left = each;
    const worker = async () => {
      while (left-- > 0) secrets.push(...(await issue({ suite, world })));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }
  return secrets;
}
