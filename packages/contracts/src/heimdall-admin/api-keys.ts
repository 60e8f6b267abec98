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

const appApiKey = <P extends TProperties>(extra: P) =>
  object({
    id: id('key'),
    app_id: id('app'),
    name: Type.String(),
    prefix: Type.String(),
    last_four: Type.String(),
    permissions: Type.Array(permission()),
    created_at: timestamp(),
    expires_at: nullable(timestamp()),
    last_used_at: nullable(timestamp()),
    ...extra,
  });

const authorization = (verb: 'create' | 'list' | 'delete', access: AccessLevel, key: '*' | '{id}') =>
  administeringAnApp(`heimdall.api-key.${verb}`, access, { part: `api-key/${key}` });

/** Seed 000, step 4: the key a running backend uses for one app. */
export const createAppApiKey = operation({
  operationId: 'createAppApiKey',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/api-keys'),
  summary: 'Mint an API key of an app',
  description:
    '`permissions` limits what the key may do: `tokens:authorize`, `tokens:introspect`, `auth:<operation>` for the ' +
    'Consumer API (`auth:signup`, `auth:signin`, …), with `*` for either side. All of it by default.',
  dialect: 'platform',
  access: authorization('create', 'permissions', '*'),
  rateClass: 'admin',
  params: appParams,
  body: object({
    name: line(100),
    expires_in: Type.Optional(Type.Integer({ minimum: 60, maximum: 315_360_000, description: 'Seconds.' })),
    permissions: Type.Optional(permissions()),
  }),
  success: { status: 201, shape: 'resource', body: appApiKey({ secret: secret('Shown once.') }) },
  faults: ['conflict'],
  event: 'app-key.created',
  changes: true,
});

export const listAppApiKeys = operation({
  operationId: 'listAppApiKeys',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/api-keys'),
  summary: 'List the API keys of an app, without their secrets',
  dialect: 'platform',
  access: authorization('list', 'list', '*'),
  rateClass: 'admin',
  params: appParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: appApiKey({}) },
});

/** Narrowing: answers only when the tokens service no longer takes the key, else 503 and it follows by itself. */
export const revokeAppApiKey = operation({
  operationId: 'revokeAppApiKey',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/api-keys/:id'),
  summary: 'Revoke an API key of an app',
  dialect: 'platform',
  access: authorization('delete', 'permissions', '{id}'),
  rateClass: 'admin',
  params: object({ app: reference('App id or name.'), id: id('key', 'The key.') }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'app-key.revoked',
  changes: true,
});
