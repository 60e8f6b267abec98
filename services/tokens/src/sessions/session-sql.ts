/** Statements over `user_session` and `refresh_token`; every value is a parameter. */

/**
 * Whether the user may have sessions at all. The lock makes a change of the user wait until the transaction is
 * committed, so that it finds what was begun and can end it.
 */
export const lockUser = `
  SELECT holder.password_hash AS "passwordHash", holder.sessions_ended_at AS "sessionsEndedAt"
  FROM directory_user holder JOIN directory_app app ON app.id = holder.app_id
  WHERE holder.id = $1 AND holder.app_id = $2 AND holder.status = 'active' AND NOT holder.deleted
    AND app.status = 'active' AND NOT app.deleted
  FOR SHARE`;

export const insertSession = `
  INSERT INTO user_session (id, app_id, user_id, expires_at, ip, user_agent, tenant_id)
  VALUES ($1, $2, $3, clock_timestamp() + $4::int * interval '1 second', $5, $6, $7)
  RETURNING expires_at AS "expiresAt"`;

/** A token lasts as long as the session may be idle, and never longer than the session. */
export const insertToken = `
  INSERT INTO refresh_token (digest, family_id, app_id, user_id, expires_at)
  SELECT $1, session.id, session.app_id, session.user_id,
         least(session.expires_at, clock_timestamp() + $3::int * interval '1 second')
  FROM user_session session WHERE session.id = $2`;

export const findToken = `
  SELECT token.family_id AS "sessionId", token.user_id AS "userId", token.created_at AS "createdAt",
         token.expires_at AS "expiresAt", token.used_at IS NOT NULL AS used, token.successor_salt AS salt,
         token.expires_at > clock_timestamp() AS fresh,
         token.used_at > clock_timestamp() - $3::int * interval '1 second' AS recent,
         (SELECT session.tenant_id FROM user_session session WHERE session.id = token.family_id) AS "tenantId"
  FROM refresh_token token WHERE token.digest = $1 AND token.app_id = $2`;

/** Exactly one of any number of simultaneous exchanges finds the token unused. */
export const useToken = `
  UPDATE refresh_token SET used_at = clock_timestamp(), successor_salt = $2
  WHERE digest = $1 AND used_at IS NULL AND expires_at > clock_timestamp()`;

export const touchSession = `
  UPDATE user_session SET refreshed_at = clock_timestamp(), ip = $2, user_agent = $3
  WHERE id = $1 AND ended_at IS NULL AND expires_at > clock_timestamp() AND ($4::timestamptz IS NULL OR created_at > $4)
  RETURNING expires_at AS "expiresAt"`;

export const findSession = `
  SELECT expires_at AS "expiresAt" FROM user_session
  WHERE id = $1 AND ended_at IS NULL AND expires_at > clock_timestamp() AND ($2::timestamptz IS NULL OR created_at > $2)`;

export const isUnused = `
  SELECT 1 FROM refresh_token WHERE digest = $1 AND used_at IS NULL AND expires_at > clock_timestamp()`;

/** A user in a tenant that is in use; of columns, or of parameters. */
export const isMemberOf = (appId: string, userId: string, tenantId: string) => `
  SELECT 1 FROM directory_tenant_member member JOIN directory_tenant tenant ON tenant.id = member.tenant_id
  WHERE member.app_id = ${appId} AND member.user_id = ${userId} AND member.tenant_id = ${tenantId} AND NOT member.deleted
    AND tenant.app_id = ${appId} AND tenant.status = 'active' AND NOT tenant.deleted`;

export const isMember = isMemberOf('$1', '$2', '$3');

/** What was issued before stays what it is; what is issued from now on is for this tenant. */
export const switchTenant = `
  UPDATE user_session SET tenant_id = $4, leaving = false
  WHERE id = $1 AND app_id = $2 AND user_id = $3 AND ended_at IS NULL AND expires_at > clock_timestamp()
    AND ($5::timestamptz IS NULL OR created_at > $5)
  RETURNING expires_at AS "expiresAt"`;

/** Of the user's own wish, unlike that of an administrator: see `leaveTenants`. */
export const markLeaving = `
  UPDATE user_session SET leaving = true
  WHERE app_id = $1 AND user_id = $2 AND tenant_id = $3 AND ended_at IS NULL`;

export const leaveTenant = `
  UPDATE user_session SET tenant_id = NULL, leaving = false
  WHERE app_id = $1 AND user_id = $2 AND tenant_id = $3 AND ended_at IS NULL`;

export const endSession = `
  UPDATE user_session SET ended_at = clock_timestamp(), end_reason = $2 WHERE id = $1 AND ended_at IS NULL`;

export const endUserSession = `
  UPDATE user_session SET ended_at = clock_timestamp(), end_reason = 'revoked'
  WHERE id = $1 AND app_id = $2 AND user_id = $3 AND ended_at IS NULL`;

export const isUserSession = `SELECT 1 FROM user_session WHERE id = $1 AND app_id = $2 AND user_id = $3`;

/** Sign-ins that wait for the second factor: whoever ends the sessions of a user ends what would become one. */
export const endChallenges = `DELETE FROM user_sign_in_challenge WHERE app_id = $1 AND user_id = $2`;

export const endOtherSessions = `
  UPDATE user_session SET ended_at = clock_timestamp(), end_reason = 'revoked'
  WHERE app_id = $1 AND user_id = $2 AND id IS DISTINCT FROM $3 AND ended_at IS NULL AND expires_at > clock_timestamp()
  RETURNING id`;

/** In force: neither ended, nor run out, nor idle for too long. */
export const listSessions = `
  SELECT session.id, session.created_at AS "createdAt", session.refreshed_at AS "refreshedAt",
         session.expires_at AS "expiresAt", session.ip, session.user_agent AS "userAgent",
         session.tenant_id AS "tenantId"
  FROM user_session session JOIN directory_user holder ON holder.id = session.user_id
  WHERE session.app_id = $1 AND session.user_id = $2 AND session.ended_at IS NULL
    AND session.expires_at > clock_timestamp()
    AND (holder.sessions_ended_at IS NULL OR session.created_at > holder.sessions_ended_at)
    AND EXISTS (SELECT FROM refresh_token token WHERE token.family_id = session.id AND token.used_at IS NULL
                AND token.expires_at > clock_timestamp())
  ORDER BY session.created_at DESC, session.id DESC`;

/** A week is kept for whoever looks into what happened; audit has the rest. */
export const pruneSessions = `
  WITH gone AS (
    SELECT id FROM user_session WHERE expires_at < now() - interval '7 days' ORDER BY expires_at LIMIT 1000
  ), tokens AS (
    DELETE FROM refresh_token WHERE family_id IN (SELECT id FROM gone)
  )
  DELETE FROM user_session WHERE id IN (SELECT id FROM gone)`;
