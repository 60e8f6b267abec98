import type { Credential } from '@pcft/auth';
import { Prisma } from '../../generated/prisma/client.ts';
import { epochSql } from '../invalidation/epoch.ts';
import { boundaries, effectiveStatements } from '../policies/effective-statements.ts';

type Sql = Prisma.Sql;

const inForce = effectiveStatements(Prisma.sql`token.statements`, Prisma.sql`token.policy_ids`);

const roleColumns = Prisma.sql`
  member.role, custom.id AS role_id, custom.name AS role_name,
  CASE WHEN custom.id IS NOT NULL
       THEN ${effectiveStatements(Prisma.sql`custom.statements`, Prisma.sql`custom.policy_ids`)} END AS role_statements`;

/**
 * A PAT with its account and its ancestors: a child is dead as soon as any of them is, whether or not its own row says
 * so, and a pinned one sleeps while its workspace is closed. The order of the reasons is from what is for good to what
 * may pass. The secret it had before a rotation is the same token with an end of its own. What its workspace lets no
 * token outlive is in force here, whatever was said when it was minted.
 */
const accessToken = (digest: Buffer): Sql => Prisma.sql`
  SELECT token.id AS credential_id, 'pat' AS type, token.name, token.account_id, account.email, account.full_name,
         token.workspace_id AS pin, ${inForce} AS statements, ${boundaries} AS boundaries, token.scopes,
         token.conditions, token.ancestor_ids,
         token.created_at, first.created_at AS first_created_at, ending.at AS expires_at,
         CASE WHEN token.revoked_at IS NOT NULL OR ancestor.revoked THEN 'revoked'
              WHEN account.closed_at IS NOT NULL THEN 'account-closed'
              WHEN token.disabled_at IS NOT NULL OR ancestor.disabled OR home.closed_at IS NOT NULL THEN 'disabled'
              WHEN ending.at <= now() THEN 'expired' END AS reason
  FROM access_token AS token
  JOIN account ON account.id = token.account_id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN token.previous_digest = ${digest} THEN token.previous_until END AS until
  ) AS former
  LEFT JOIN workspace AS home ON home.id = token.workspace_id
  LEFT JOIN LATERAL (
    SELECT bool_or(revoked_at IS NOT NULL) AS revoked, bool_or(disabled_at IS NOT NULL) AS disabled,
           min(expires_at) AS expires_at, min(created_at) AS created_at
    FROM access_token WHERE id = ANY (token.ancestor_ids)
  ) AS ancestor ON cardinality(token.ancestor_ids) > 0
  CROSS JOIN LATERAL (SELECT least(token.created_at, ancestor.created_at) AS created_at) AS first
  CROSS JOIN LATERAL (
    SELECT least(token.expires_at, ancestor.expires_at, former.until,
                 first.created_at + home.max_token_lifetime_seconds * interval '1 second') AS at
  ) AS ending
  WHERE token.digest = ${digest} OR token.previous_digest = ${digest}`;

/** A session may do all that the account's role allows. */
const session = (digest: Buffer): Sql => Prisma.sql`
  SELECT session.id AS credential_id, 'session' AS type, 'session' AS name, session.account_id,
         account.email, account.full_name, NULL::text AS pin,
         '[{"effect":"allow","actions":["*"],"resources":["*"]}]'::jsonb AS statements,
         '[]'::jsonb AS boundaries, NULL::text[] AS scopes,
         NULL::jsonb AS conditions, '{}'::text[] AS ancestor_ids, session.created_at,
         session.created_at AS first_created_at, session.expires_at,
         CASE WHEN session.ended_at IS NOT NULL THEN 'revoked'
              WHEN account.closed_at IS NOT NULL THEN 'account-closed'
              WHEN session.expires_at <= now() THEN 'expired' END AS reason
  FROM session
  JOIN account ON account.id = session.account_id
  WHERE session.digest = ${digest}`;

/** `null` for kinds that platform does not issue. */
function credentialSql(kind: Credential['kind'], digest: Buffer): Sql | null {
  switch (kind) {
    case 'pat':
      return accessToken(digest);
    case 'session':
      return session(digest);
    case 'app-key':
    case 'end-user':
      return null;
  }
}

const ttlMs = Prisma.sql`
  CASE WHEN credential.expires_at IS NOT NULL
       THEN greatest(0, floor(extract(epoch FROM credential.expires_at - now()) * 1000))::float8 END AS ttl_ms`;

const disabledServices = Prisma.sql`
  ARRAY(SELECT service FROM workspace_service WHERE workspace_id = workspace.id) AS disabled_services,
  workspace.plan, workspace.mode, workspace.max_token_lifetime_seconds, workspace.who_may_mint`;

/**
 * Everything about a credential in a workspace, in one statement and so at one position of the log. `reference` is an
 * id, a slug (also a former one), or `-` for the pin or else the only membership. One row, whatever is unknown. A closed
 * workspace is one that does not exist.
 */
export function workspaceIntrospectionSql(
  kind: Credential['kind'],
  digest: Buffer,
  reference: string,
): Sql | null {
  const credential = credentialSql(kind, digest);
  return (
    credential &&
    Prisma.sql`
      WITH credential AS MATERIALIZED (${credential}),
      target AS (
        SELECT CASE WHEN ${reference}::text <> '-' THEN coalesce(
                      (SELECT id FROM workspace WHERE id = ${reference}::text),
                      (SELECT workspace_id FROM workspace_slug WHERE slug = ${reference}::text))
                    ELSE coalesce(credential.pin, (
                      SELECT min(member.workspace_id)
                      FROM member JOIN workspace ON workspace.id = member.workspace_id
                      WHERE account_id = credential.account_id AND closed_at IS NULL HAVING count(*) = 1)) END AS id
        FROM credential
      )
      SELECT position.n AS pos, ${epochSql} AS epoch, credential.*, ${ttlMs},
             CASE WHEN member.id IS NOT NULL THEN workspace.id END AS workspace_id, workspace.slug, ${roleColumns},
             ${disabledServices},
             ${reference}::text = '-' AND target.id IS NULL AS ambiguous
      FROM inval_pos AS position
      LEFT JOIN credential ON true
      LEFT JOIN target ON true
      LEFT JOIN workspace ON workspace.id = target.id AND workspace.closed_at IS NULL
      LEFT JOIN member ON member.workspace_id = workspace.id AND member.account_id = credential.account_id
      LEFT JOIN workspace_role AS custom ON custom.id = member.role_id`
  );
}

/** The same over every workspace of the account. */
export function overviewSql(kind: Credential['kind'], digest: Buffer): Sql | null {
  const credential = credentialSql(kind, digest);
  return (
    credential &&
    Prisma.sql`
      WITH credential AS MATERIALIZED (${credential})
      SELECT position.n AS pos, ${epochSql} AS epoch, credential.*, ${ttlMs},
             (SELECT json_agg(membership ORDER BY created_at, id) FROM (
                SELECT member.created_at, member.id, workspace.id AS workspace_id, workspace.slug, ${roleColumns},
                       ${disabledServices}
                FROM member JOIN workspace ON workspace.id = member.workspace_id AND workspace.closed_at IS NULL
                LEFT JOIN workspace_role AS custom ON custom.id = member.role_id
                WHERE member.account_id = credential.account_id
              ) AS membership) AS memberships
      FROM inval_pos AS position
      LEFT JOIN credential ON true`
  );
}
