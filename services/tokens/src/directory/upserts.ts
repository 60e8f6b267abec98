import type { RecordKind } from './directory-record.ts';

/**
 * One statement a kind: takes a JSON array of records, writes those that are newer than what is held and leaves the
 * others. Idempotent, and indifferent to the order in which versions arrive.
 */
export const upserts: Readonly<Record<RecordKind, string>> = {
  app: `
    INSERT INTO directory_app AS held
      (id, workspace_id, name, status, display_name, settings, version, deleted)
    SELECT id, coalesce(data->>'workspace_id', ''), coalesce(data->>'name', ''),
           coalesce(data->>'status', 'deleted'), coalesce(data->>'display_name', ''), data->'settings',
           version, deleted
    FROM jsonb_to_recordset($1::jsonb) AS given (id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET workspace_id = EXCLUDED.workspace_id, name = EXCLUDED.name,
      status = EXCLUDED.status, display_name = EXCLUDED.display_name, settings = EXCLUDED.settings,
      version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  role: `
    INSERT INTO directory_role AS held (id, app_id, name, permissions, version, deleted)
    SELECT id, app_id, coalesce(data->>'name', ''),
           ARRAY(SELECT jsonb_array_elements_text(CASE WHEN deleted THEN '[]' ELSE data->'permissions' END)),
           version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id, name = EXCLUDED.name,
      permissions = EXCLUDED.permissions, version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  user: `
    INSERT INTO directory_user AS held
      (id, app_id, email, email_key, status, password_hash, role_ids, display_name, metadata, email_verified,
       session_epoch, kept_session_id, created_at, updated_at, version, deleted)
    SELECT id, app_id, coalesce(data->>'email', ''), coalesce(email_key, ''),
           coalesce(data->>'status', 'deleted'), data->>'password_hash',
           ARRAY(SELECT jsonb_array_elements_text(CASE WHEN deleted THEN '[]' ELSE data->'role_ids' END)),
           coalesce(data->>'display_name', ''), coalesce(data->'metadata', '{}'),
           coalesce((data->>'email_verified')::boolean, false), coalesce((data->>'session_epoch')::integer, 1),
           data->>'kept_session_id',
           (data->>'created_at')::timestamptz, (data->>'updated_at')::timestamptz, version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb, email_key text)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id, email = EXCLUDED.email,
      email_key = EXCLUDED.email_key, status = EXCLUDED.status, password_hash = EXCLUDED.password_hash,
      role_ids = EXCLUDED.role_ids, display_name = EXCLUDED.display_name, metadata = EXCLUDED.metadata,
      email_verified = EXCLUDED.email_verified, session_epoch = EXCLUDED.session_epoch,
      kept_session_id = EXCLUDED.kept_session_id,
      -- By this database's clock, which also dates what is issued: no other clock is compared with it.
      sessions_ended_at = CASE WHEN EXCLUDED.session_epoch > held.session_epoch AND EXCLUDED.kept_session_id IS NULL
        THEN clock_timestamp() ELSE held.sessions_ended_at END,
      others_ended_at = CASE WHEN EXCLUDED.session_epoch > held.session_epoch AND EXCLUDED.kept_session_id IS NOT NULL
        THEN clock_timestamp() ELSE held.others_ended_at END,
      created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at,
      version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  'app-key': `
    INSERT INTO directory_app_key AS held (id, app_id, name, digest, expires_at, permissions, version, deleted)
    SELECT id, app_id, coalesce(data->>'name', ''), decode(data->>'digest', 'hex'),
           (data->>'expires_at')::timestamptz,
           ARRAY(SELECT jsonb_array_elements_text(coalesce(data->'permissions', '["*:*"]'))), version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id,
      -- A tombstone keeps what the key was known by: a call with a revoked key is refused by name.
      name = CASE WHEN EXCLUDED.deleted THEN held.name ELSE EXCLUDED.name END,
      digest = coalesce(EXCLUDED.digest, held.digest),
      expires_at = EXCLUDED.expires_at, permissions = EXCLUDED.permissions,
      version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  credential: `
    INSERT INTO directory_credential AS held
      (id, app_id, client_id, name, status, permissions, secrets, version, deleted)
    SELECT id, app_id, coalesce(data->>'client_id', ''), coalesce(data->>'name', ''),
           coalesce(data->>'status', 'revoked'),
           ARRAY(SELECT jsonb_array_elements_text(CASE WHEN deleted THEN '[]' ELSE data->'permissions' END)),
           CASE WHEN deleted THEN '[]' ELSE data->'secrets' END, version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id,
      client_id = CASE WHEN EXCLUDED.deleted THEN held.client_id ELSE EXCLUDED.client_id END,
      name = CASE WHEN EXCLUDED.deleted THEN held.name ELSE EXCLUDED.name END, status = EXCLUDED.status,
      permissions = EXCLUDED.permissions, secrets = EXCLUDED.secrets,
      version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  tenant: `
    INSERT INTO directory_tenant AS held (id, app_id, name, display_name, status, version, deleted)
    SELECT id, app_id, coalesce(data->>'name', ''), coalesce(data->>'display_name', ''),
           coalesce(data->>'status', 'deleted'), version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id, name = EXCLUDED.name,
      display_name = EXCLUDED.display_name, status = EXCLUDED.status,
      version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
  'tenant-member': `
    INSERT INTO directory_tenant_member AS held (id, app_id, tenant_id, user_id, role_ids, version, deleted)
    SELECT id, app_id, coalesce(data->>'tenant_id', ''), coalesce(data->>'user_id', ''),
           ARRAY(SELECT jsonb_array_elements_text(CASE WHEN deleted THEN '[]' ELSE data->'role_ids' END)),
           version, deleted
    FROM jsonb_to_recordset($1::jsonb)
      AS given (id text, app_id text, version integer, deleted boolean, data jsonb)
    ON CONFLICT (id) DO UPDATE SET app_id = EXCLUDED.app_id,
      -- A tombstone does not say whose it is, and what is cached for that user has to go.
      tenant_id = CASE WHEN EXCLUDED.deleted THEN held.tenant_id ELSE EXCLUDED.tenant_id END,
      user_id = CASE WHEN EXCLUDED.deleted THEN held.user_id ELSE EXCLUDED.user_id END,
      role_ids = EXCLUDED.role_ids, version = EXCLUDED.version, deleted = EXCLUDED.deleted
    WHERE held.version < EXCLUDED.version`,
};
