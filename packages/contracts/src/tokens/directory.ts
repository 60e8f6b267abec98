import { appSettings } from '../heimdall-admin/app-settings.ts';
import { operation } from '../operation.ts';
import {
  id,
  metadata,
  nullable,
  object,
  oneOf,
  secret,
  timestamp,
  Type,
  type TProperties,
} from '../schema.ts';

/**
 * One record of the directory. `version` rises with every change of the record, and a record that was deleted keeps
 * its last version, so that a late older one cannot bring it back. `data` is `null` exactly when `deleted`.
 */
const record = <const K extends string, P extends TProperties>(kind: K, prefix: string, data: P) =>
  object({
    kind: Type.Literal(kind),
    id: id(prefix),
    app_id: id('app'),
    version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    deleted: Type.Boolean(),
    data: nullable(object(data)),
  });

const name = () => Type.String({ minLength: 1, maxLength: 120 });

const permissions = () => Type.Array(Type.String({ maxLength: 130 }), { maxItems: 200 });

const digest = (description: string) =>
  Type.String({ pattern: '^[0-9a-f]{64}$', 'x-secret': true, description });

/**
 * Hashes and digests only: no secret crosses this wall in clear. Fields that were added later are optional, so that
 * what an older heimdall-admin has queued is still taken.
 */
const directoryRecord = () =>
  Type.Union([
    record('app', 'app', {
      workspace_id: id('ws'),
      name: name(),
      status: oneOf(['active', 'archived']),
      display_name: Type.Optional(name()),
      settings: Type.Optional(appSettings()),
    }),
    record('role', 'role', { name: name(), permissions: permissions() }),
    record('user', 'usr', {
      email: Type.String({ maxLength: 254 }),
      status: oneOf(['active', 'deactivated']),
      password_hash: nullable(secret('`null`: cannot sign in by password.', { maxLength: 300 })),
      role_ids: Type.Array(id('role'), { maxItems: 200 }),
      display_name: Type.Optional(Type.String({ maxLength: 254 })),
      metadata: Type.Optional(metadata()),
      email_verified: Type.Optional(Type.Boolean()),
      session_epoch: Type.Optional(
        Type.Integer({
          minimum: 1,
          description:
            'Rises when every session of the user ends: deactivation, another password. What was issued before the ' +
            'copy learnt of the rise is void, also after a reactivation.',
        }),
      ),
      kept_session_id: Type.Optional(
        nullable(id('ses', 'The session that the last rise of `session_epoch` leaves alone; `null`: none.')),
      ),
      created_at: Type.Optional(timestamp()),
      updated_at: Type.Optional(timestamp()),
    }),
    record('app-key', 'key', {
      name: name(),
      digest: digest('HMAC-SHA-256 of the key.'),
      expires_at: nullable(timestamp()),
      permissions: Type.Optional(permissions()),
    }),
    record('credential', 'cred', {
      client_id: id('svc'),
      name: name(),
      status: oneOf(['active', 'revoked']),
      permissions: permissions(),
      secrets: Type.Array(
        object({
          digest: digest('HMAC-SHA-256 of a client secret.'),
          until: nullable(timestamp()),
        }),
        { maxItems: 10, description: 'The newest, and those whose overlap has not ended.' },
      ),
    }),
    record('tenant', 'ten', {
      name: name(),
      display_name: name(),
      status: oneOf(['active', 'archived']),
    }),
    // One record for a user in a tenant, also when the user leaves and comes again.
    record('tenant-member', 'tmb', {
      tenant_id: id('ten'),
      user_id: id('usr'),
      role_ids: Type.Array(id('role'), { maxItems: 20 }),
    }),
  ]);

/**
 * heimdall-admin keeps this service's copy of the directory in force through this call: idempotent by
 * version, so that it can be repeated and reordered without harm (design: control plane and data plane).
 * Records of an unknown kind are refused, never skipped: tokens is deployed before heimdall-admin.
 */
export const applyDirectory = operation({
  operationId: 'applyDirectory',
  service: 'tokens',
  method: 'PUT',
  path: '/internal/v1/directory',
  summary: 'Apply versioned records of apps, users, roles, keys, credentials and tenants',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  maxBodyBytes: 1024 * 1024,
  body: object({ records: Type.Array(directoryRecord(), { minItems: 1, maxItems: 500 }) }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      applied: Type.Integer({ description: 'Records that were newer than the copy.' }),
      known: Type.Integer({ description: 'Records the copy held already, in this version or a later one.' }),
    }),
  },
  faults: ['policy-denied'],
});
