import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import {
  email,
  id,
  line,
  object,
  pageQuery,
  reference,
  secret,
  timestamp,
  Type,
  type TProperties,
} from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { appParams } from './apps.ts';
import { underHeimdall } from './prefix.ts';
import { roleName } from './roles.ts';
import { user } from './users.ts';

const invite = <P extends TProperties>(shown: P) => ({
  id: id('inv'),
  app_id: id('app'),
  email: email(),
  role: Type.String(),
  tenant_id: Type.Optional(id('ten', 'Only where the invite is to a tenant.')),
  ...shown,
  expires_at: timestamp(),
  max_uses: Type.Integer(),
  uses: Type.Integer(),
  created_at: timestamp(),
});

const authorization = (verb: 'create' | 'list' | 'delete', access: AccessLevel, resource = '*') =>
  administeringAnApp(`heimdall.invite.${verb}`, access, { part: `invite/${resource}` });

/** Seed 001. */
export const createInvite = operation({
  operationId: 'createInvite',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/invites'),
  summary: 'Create an invite and mail it',
  description:
    'Whoever accepts becomes a user of the app with the role; with `tenant_id` also a member of that tenant, and the ' +
    'role then counts there only. An invite of one use is for `email` and nobody else. One of several uses is a link ' +
    'for whoever has it: it is mailed to `email` too, and those who accept bring addresses of their own. The token is ' +
    'shown here and in the mail, and never again.',
  dialect: 'platform',
  access: authorization('create', 'permissions'),
  rateClass: 'admin',
  params: appParams,
  body: object({
    email: email(),
    role: roleName(),
    expires_in_hours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 720, default: 168, description: 'A week by default.' }),
    ),
    max_uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1 })),
    tenant_id: Type.Optional(id('ten', 'A tenant of the app.')),
  }),
  success: {
    status: 201,
    shape: 'resource',
    body: object(
      invite({
        token: secret('Shown once.'),
        invite_url: secret('Where it is accepted; holds the token.'),
      }),
    ),
  },
  faults: ['conflict'],
  event: 'invite.created',
  changes: true,
});

/** Seed 001. */
export const listInvites = operation({
  operationId: 'listInvites',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/invites'),
  summary: 'List the pending invites of an app',
  description:
    'Those that can still be accepted: neither revoked nor expired nor used up. Without their tokens.',
  dialect: 'platform',
  access: authorization('list', 'list'),
  rateClass: 'admin',
  params: appParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: object(invite({})) },
});

/** Seed 001. */
export const revokeInvite = operation({
  operationId: 'revokeInvite',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/invites/:invite_id'),
  summary: 'Revoke an invite',
  description: 'When this call has returned, nobody can accept it. 404 for one that is not pending.',
  dialect: 'platform',
  access: authorization('delete', 'permissions', '{invite_id}'),
  rateClass: 'admin',
  params: object({ app: reference('App id or name.'), invite_id: id('inv') }),
  success: { status: 204, shape: 'resource', body: null },
  event: 'invite.revoked',
  changes: true,
});

/** Seed 001. */
export const acceptInvite = operation({
  operationId: 'acceptInvite',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/invites/:invite_token/accept'),
  summary: 'Accept an invite',
  description:
    'A new address becomes a user of the app with this password; it is verified where the invite was for it alone. ' +
    'Whoever is a user of the app already proves it by the password and gets the role beside those held; having it ' +
    'already changes nothing and counts no use. The password never changes. 400: against the rules of the app (whoever the ' +
    'address belongs to), or `email` is missing for an invite of several uses. 401: the password of that user is ' +
    'another. 429 also for guesses, which draw on the budget of the sign-in, for known and unknown addresses alike. ' +
    '403: the invite is for another address. 404: never issued. 410: expired, used up or revoked. Nothing is changed ' +
    'then, and each leaves an audit row.',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: object({ invite_token: secret('The token of the invite.', { minLength: 8, maxLength: 100 }) }),
  body: object({
    password: secret('For a new user the one to be, else the one there is.', {
      minLength: 1,
      maxLength: 1024,
    }),
    display_name: Type.Optional(line(120, 'Of a new user.')),
    email: Type.Optional(
      Type.String({ format: 'email', maxLength: 254, description: 'Needed for an invite of several uses.' }),
    ),
  }),
  success: { status: 200, shape: 'resource', body: user() },
  faults: ['sign-in-refused', 'invite-not-yours', 'not-found', 'conflict', 'invite-closed'],
  event: 'invite.accepted',
  changes: true,
});
