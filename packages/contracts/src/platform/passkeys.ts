import { operation } from '../operation.ts';
import { email, id, line, metadata, nullable, object, oneOf, pageQuery, timestamp, Type } from '../schema.ts';
import { ownAccount, proofBody } from './own-account.ts';

const base64url = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$', description });

/** Members that the answers of both ceremonies have (WebAuthn level 3, section 5.1). */
const credential = {
  id: base64url(1400, 'The credential.'),
  rawId: base64url(1400, 'The same.'),
  type: oneOf(['public-key']),
  authenticatorAttachment: Type.Optional(oneOf(['platform', 'cross-platform'])),
  clientExtensionResults: metadata(),
};

const options = (name: string) =>
  Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
    description: `\`${name}\` of WebAuthn level 3, for the browser's \`parse…FromJSON\`.`,
  });

const passkey = () =>
  object({
    id: id('pky'),
    name: Type.String(),
    backedUp: Type.Boolean({ description: "Synchronised between its owner's devices." }),
    createdAt: timestamp(),
    lastUsedAt: nullable(timestamp()),
  });

const passkeyParams = () => object({ id: id('pky', 'The passkey.') });

export const beginPasskeyRegistration = operation({
  operationId: 'beginPasskeyRegistration',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/passkey/register/options',
  summary: 'Begin to register a passkey',
  description: 'At most 20 an account: 409. The challenge is good once, for five minutes.',
  dialect: 'quickstart',
  access: ownAccount('account.passkey.begin', 'permissions', { below: '/passkey/*' }),
  rateClass: 'quickstart',
  body: proofBody(),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Create the passkey with these options',
    body: object({ options: options('PublicKeyCredentialCreationOptionsJSON') }),
  },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict'],
});

export const finishPasskeyRegistration = operation({
  operationId: 'finishPasskeyRegistration',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/passkey/register/verify',
  summary: 'Register the passkey that the browser made',
  dialect: 'quickstart',
  access: ownAccount('account.passkey.create', 'permissions', { below: '/passkey/*' }),
  rateClass: 'quickstart',
  body: object({
    name: line(100, 'To tell passkeys apart.'),
    response: object({
      ...credential,
      response: object({
        clientDataJSON: base64url(8000, 'As the browser gives it.'),
        attestationObject: base64url(40_000, 'As the browser gives it.'),
        authenticatorData: Type.Optional(base64url(40_000, 'Ignored: it is in the attestation.')),
        transports: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 10 })),
        publicKeyAlgorithm: Type.Optional(Type.Integer()),
        publicKey: Type.Optional(base64url(8000, 'Ignored: it is in the attestation.')),
      }),
    }),
  }),
  success: { status: 200, shape: 'resource', message: 'Passkey registered', body: passkey() },
  faults: ['conflict'],
  event: 'account.passkey-created',
  changes: true,
});

/** Usernameless: the browser offers the passkeys it has for this site. */
export const beginPasskeySignIn = operation({
  operationId: 'beginPasskeySignIn',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/passkey/sign-in/options',
  summary: 'Begin to sign in with a passkey',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'quickstart',
  success: {
    status: 200,
    shape: 'resource',
    message: 'Show a passkey with these options',
    body: object({ options: options('PublicKeyCredentialRequestOptionsJSON') }),
  },
  faults: ['cross-site'],
});

/** A passkey is two factors in one: what somebody has, and how they unlock it. Sets the session cookie. */
export const signInWithPasskey = operation({
  operationId: 'signInWithPasskey',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/passkey/sign-in/verify',
  summary: 'Sign in with a passkey and receive the session cookie',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-in',
  body: object({
    response: object({
      ...credential,
      response: object({
        clientDataJSON: base64url(8000, 'As the browser gives it.'),
        authenticatorData: base64url(40_000, 'As the browser gives it.'),
        signature: base64url(8000, 'As the browser gives it.'),
        userHandle: Type.Optional(base64url(100, 'The account.')),
      }),
    }),
  }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Signed in successfully',
    body: object({
      user: object({ id: id('acc'), email: email(), fullName: Type.String() }),
      session: object({ id: id('ses'), expiresAt: timestamp() }),
    }),
  },
  faults: ['sign-in-refused', 'cross-site'],
  event: 'session.created',
  changes: true,
});

export const listPasskeys = operation({
  operationId: 'listPasskeys',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/passkey/list',
  summary: 'List the passkeys of the own account',
  dialect: 'quickstart',
  access: ownAccount('account.passkey.list', 'list', { below: '/passkey/*' }),
  rateClass: 'quickstart',
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', message: 'Passkeys fetched successfully', body: passkey() },
});

export const updatePasskey = operation({
  operationId: 'updatePasskey',
  service: 'platform',
  method: 'PATCH',
  path: '/api/auth/passkey/:id',
  summary: 'Rename a passkey',
  dialect: 'quickstart',
  access: ownAccount('account.passkey.update', 'write', { below: '/passkey/{id}' }),
  rateClass: 'quickstart',
  params: passkeyParams(),
  body: object({ name: line(100) }),
  success: { status: 200, shape: 'resource', message: 'Passkey renamed', body: passkey() },
  faults: ['not-found'],
  event: 'account.passkey-renamed',
  changes: true,
});

export const deletePasskey = operation({
  operationId: 'deletePasskey',
  service: 'platform',
  method: 'DELETE',
  path: '/api/auth/passkey/:id',
  summary: 'Remove a passkey',
  description: 'Needs a proof of the last ten minutes (`confirm`).',
  dialect: 'quickstart',
  access: ownAccount('account.passkey.delete', 'permissions', { below: '/passkey/{id}' }),
  rateClass: 'quickstart',
  params: passkeyParams(),
  success: { status: 200, shape: 'resource', message: 'Passkey removed', body: object({}) },
  faults: ['not-found', 'confirmation-required'],
  event: 'account.passkey-removed',
  changes: true,
});
