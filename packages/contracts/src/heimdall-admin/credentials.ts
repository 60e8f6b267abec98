import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import {
  id,
  line,
  nullable,
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
import { permission, permissions } from './permission.ts';
import { underHeimdall } from './prefix.ts';

/** Seed 001: service credentials as they are printed there. */
const credential = <P extends TProperties>(extra: P) =>
  object({
    id: id('cred'),
    app_id: id('app'),
    name: Type.String(),
    client_id: id('svc'),
    ...extra,
    permissions: Type.Array(permission()),
    last_four: nullable(Type.String({ description: 'Of the newest secret.' })),
    previous_secrets_until: nullable(timestamp()),
    last_used_at: nullable(timestamp()),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

const clientSecret = () => secret('Shown once.');

const credentialParams = object({
  app: reference('App id or name.'),
  credential_id: id('cred', 'The credential.'),
});

const authorization = (
  verb: 'create' | 'list' | 'update' | 'delete',
  access: AccessLevel,
  resource: string,
) => administeringAnApp(`heimdall.credential.${verb}`, access, { part: `credential/${resource}` });

export const createCredential = operation({
  operationId: 'createCredential',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/credentials'),
  summary: 'Create service credentials of an app (M2M)',
  dialect: 'platform',
  access: authorization('create', 'permissions', '*'),
  rateClass: 'admin',
  params: appParams,
  body: object({ name: line(100), permissions: permissions() }),
  success: { status: 201, shape: 'resource', body: credential({ client_secret: clientSecret() }) },
  faults: ['conflict'],
  event: 'credential.created',
  changes: true,
});

export const listCredentials = operation({
  operationId: 'listCredentials',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/credentials'),
  summary: 'List the service credentials of an app, without their secrets',
  dialect: 'platform',
  access: authorization('list', 'list', '*'),
  rateClass: 'admin',
  params: appParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: credential({}) },
});

export const updateCredential = operation({
  operationId: 'updateCredential',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/credentials/:credential_id'),
  summary: 'Update service credentials, or rotate their secret',
  description:
    '`rotate: true` answers with a new `client_secret`; the one before works for `overlap_seconds` more (0 by default, ' +
    '7 days at most). Without overlap every earlier secret ends at once. At most five secrets are good at a time: 409 ' +
    'beyond. 503: changed, and it follows by itself; a secret that was not shown has to be rotated again.',
  dialect: 'platform',
  access: authorization('update', 'permissions', '{credential_id}'),
  rateClass: 'admin',
  params: credentialParams,
  body: Type.Object(
    {
      name: Type.Optional(line(100)),
      permissions: Type.Optional(permissions()),
      rotate: Type.Optional(Type.Boolean()),
      overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 604_800 })),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: {
    status: 200,
    shape: 'resource',
    body: credential({ client_secret: Type.Optional(clientSecret()) }),
  },
  faults: ['conflict', 'unavailable'],
  event: 'credential.updated',
  changes: true,
});

export const revokeCredential = operation({
  operationId: 'revokeCredential',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/credentials/:credential_id'),
  summary: 'Revoke service credentials',
  description:
    'When this call has returned, they get no token, and authorize says no to those they have. Repeating it changes ' +
    'nothing. 503: revoked, and it follows by itself.',
  dialect: 'platform',
  access: authorization('delete', 'permissions', '{credential_id}'),
  rateClass: 'admin',
  params: credentialParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'credential.revoked',
  changes: true,
});
