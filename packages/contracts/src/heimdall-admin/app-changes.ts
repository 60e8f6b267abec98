import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import { line, metadata, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { app, appParams } from './apps.ts';
import { appSettings, appSettingsPatch } from './app-settings.ts';
import { underHeimdall } from './prefix.ts';

const authorization = (action: string, access: AccessLevel) => administeringAnApp(action, access);

export const updateApp = operation({
  operationId: 'updateApp',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app'),
  summary: 'Update an app',
  description: '`metadata` is merged key by key; `null` removes one. The name stays for good.',
  dialect: 'platform',
  access: authorization('heimdall.app.update', 'write'),
  rateClass: 'admin',
  params: appParams,
  body: Type.Object(
    { display_name: Type.Optional(line(120)), metadata: Type.Optional(metadata()) },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: app() },
  faults: ['conflict'],
  event: 'app.updated',
  changes: true,
});

export const archiveApp = operation({
  operationId: 'archiveApp',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app'),
  summary: 'Archive an app',
  description:
    'When this call has returned, its tokens, keys and credentials work nowhere. Its data and its name stay: reads ' +
    'go on, and so does what only takes away (deactivating, revoking, removing); everything else answers 409 until ' +
    'the app is restored. Repeating it changes nothing. 503: archived, and it follows by itself.',
  dialect: 'platform',
  access: authorization('heimdall.app.delete', 'delete'),
  rateClass: 'admin',
  params: appParams,
  success: { status: 200, shape: 'resource', body: app() },
  faults: ['unavailable'],
  event: 'app.archived',
  changes: true,
});

export const restoreApp = operation({
  operationId: 'restoreApp',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/restore'),
  summary: 'Restore an archived app',
  description:
    'What has neither expired nor been revoked meanwhile works again. Restoring one that is active changes nothing.',
  dialect: 'platform',
  access: authorization('heimdall.app.restore', 'write'),
  rateClass: 'admin',
  params: appParams,
  success: { status: 200, shape: 'resource', body: app() },
  event: 'app.restored',
  changes: true,
});

export const getAppSettings = operation({
  operationId: 'getAppSettings',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/settings'),
  summary: 'Get how an app treats its end users',
  dialect: 'platform',
  access: authorization('heimdall.app-settings.read', 'read'),
  rateClass: 'admin',
  params: appParams,
  success: { status: 200, shape: 'resource', body: appSettings() },
});

export const updateAppSettings = operation({
  operationId: 'updateAppSettings',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/settings'),
  summary: 'Change how an app treats its end users',
  description:
    'What is left out stays; lists are replaced; `null` goes back to the default of a mail. In force when the call ' +
    'returns. 503: changed, and it follows by itself.',
  dialect: 'platform',
  access: authorization('heimdall.app-settings.update', 'permissions'),
  rateClass: 'admin',
  params: appParams,
  body: appSettingsPatch(),
  success: { status: 200, shape: 'resource', body: appSettings() },
  faults: ['conflict', 'unavailable'],
  event: 'app-settings.updated',
  changes: true,
});
