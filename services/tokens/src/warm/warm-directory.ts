import type { Answer, Subject } from '@pcft/auth';
import { epochText, type Statements } from '@pcft/lease-postgres';
import { defaultAppSettings, type AppSettings } from '@pcft/contracts';
import type { DirectoryApp, DirectoryAppKey, DirectoryCredential } from '../directory/directory-store.ts';
import { keysOf, toPublicJwk, type PublicJwk } from '../signing-keys/signing-key.ts';
import type { ActiveSigningKey } from '../signing-keys/signing-key-store.ts';
import type { WarmAnswers } from './warm-answers.ts';

/** What authorize asks of a user's token: who it is, what it may do now, and whether its session goes on. */
export interface UserStanding {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Milliseconds since the epoch: what was issued at or before is void. `null`: nothing was ended yet. */
  readonly endedBefore: number | null;
  /** `null`: asked without a session. False: ended, or none of this user's. */
  readonly sessionGoesOn: boolean | null;
  /** `null`: asked without a tenant. False: no member, or the tenant is not in use. */
  readonly inTenant: boolean | null;
}

/** The directory as the request path reads it: warm answers cost no query. Absent and not in force look the same. */
export interface WarmDirectory {
  /** By id or name; only apps in use. */
  app(reference: string): Promise<DirectoryApp | null>;
  /** A key that was issued once; those that are no longer in force are read each time. */
  appKey(digest: Buffer): Promise<DirectoryAppKey | null>;
  /** Of an active user; with the roles held in `tenantId`, too. */
  user(
    appId: string,
    userId: string,
    sessionId: string | null,
    tenantId?: string | null,
  ): Promise<UserStanding | null>;
  /** With whether its token of this `jti` was revoked. */
  credential(
    appId: string,
    credentialId: string,
    jti: string,
  ): Promise<(DirectoryCredential & { readonly tokenRevoked: boolean }) | null>;
  credentialByClientId(appId: string, clientId: string): Promise<DirectoryCredential | null>;
  /** The key that signs an app's tokens; read anew when its successor's turn comes. */
  signingKey(appId: string): Promise<ActiveSigningKey | null>;
  /** A key of this app that verifies now. */
  verifyingKey(appId: string, kid: string): Promise<PublicJwk | null>;
  /** Every published key of an app. */
  publishedKeys(appId: string): Promise<readonly PublicJwk[]>;
}

/** Read in the very statement that reads the answer: a position that is newer than it would make it look fresh. */
const position = `(SELECT n FROM inval_pos) AS pos, ${epochText} AS epoch`;
const appInUse = `app.status = 'active' AND NOT app.deleted`;
const untilMs = (moment: string) => `floor(extract(epoch FROM ${moment} - clock_timestamp()) * 1000)::float8`;

const readApp = (column: 'id' | 'name') => `
  SELECT ${position}, app.id, app.workspace_id AS "workspaceId", app.name, app.display_name AS "displayName", app.settings
  FROM directory_app app WHERE app.${column} = $1 AND ${appInUse}`;

const readAppKey = `
  SELECT ${position}, key.id, key.name, key.permissions, key.app_id AS "appId", app.workspace_id AS "workspaceId",
         NOT key.deleted AND (key.expires_at IS NULL OR key.expires_at > clock_timestamp()) AND ${appInUse} AS active,
         ${untilMs('key.expires_at')} AS "ttlMs"
  FROM directory_app_key key JOIN directory_app app ON app.id = key.app_id
  WHERE key.digest = $1`;

const readUser = `
  SELECT ${position}, holder.id, holder.email, member.id IS NOT NULL AS "inTenant",
         holder.role_ids || coalesce(member.role_ids, '{}') AS "roleIds",
         holder.sessions_ended_at AS "endedBefore",
         (SELECT coalesce(json_agg(json_build_object('name', role.name, 'permissions', role.permissions)
                                   ORDER BY role.name), '[]')
          FROM directory_role role
          WHERE role.id = ANY(holder.role_ids || coalesce(member.role_ids, '{}')) AND role.app_id = holder.app_id AND NOT role.deleted) AS held,
         EXISTS (SELECT FROM user_session session
                 WHERE session.id = $3 AND session.user_id = holder.id AND session.app_id = holder.app_id
                   AND session.ended_at IS NULL
                   AND (holder.sessions_ended_at IS NULL OR session.created_at > holder.sessions_ended_at))
           AS "sessionGoesOn"
  FROM directory_user holder JOIN directory_app app ON app.id = holder.app_id
  LEFT JOIN (directory_tenant_member member JOIN directory_tenant tenant
             ON tenant.id = member.tenant_id AND tenant.app_id = member.app_id AND tenant.status = 'active' AND NOT tenant.deleted)
    ON member.user_id = holder.id AND member.tenant_id = $4 AND member.app_id = holder.app_id AND NOT member.deleted
  WHERE holder.id = $2 AND holder.app_id = $1 AND holder.status = 'active' AND NOT holder.deleted AND ${appInUse}`;

const readCredential = (column: 'id' | 'client_id') => `
  SELECT ${position}, credential.id, credential.app_id AS "appId", credential.client_id AS "clientId",
         credential.name, credential.status, credential.permissions, credential.secrets,
         EXISTS (SELECT FROM revoked_access_token revoked WHERE revoked.jti = $3) AS "tokenRevoked"
  FROM directory_credential credential JOIN directory_app app ON app.id = credential.app_id
  WHERE credential.${column} = $2 AND credential.app_id = $1 AND NOT credential.deleted AND ${appInUse}`;

const verifies = `signing.status <> 'retired' AND (signing.not_after IS NULL OR signing.not_after > clock_timestamp())`;

const readSigningKey = `
  SELECT ${position}, signing.kid, signing.public_jwk AS "publicJwk", signing.private_key AS "sealedPrivateKey",
         coalesce(next.not_before <= clock_timestamp(), false) AS "successorDue", ${untilMs('next.not_before')} AS "ttlMs"
  FROM signing_key signing LEFT JOIN signing_key next ON next.app_id = signing.app_id AND next.status = 'pending'
  WHERE signing.app_id = $1 AND signing.status = 'active' AND signing.private_key IS NOT NULL`;

const readVerifyingKey = `
  SELECT ${position}, signing.public_jwk AS "publicJwk", ${untilMs('signing.not_after')} AS "ttlMs"
  FROM signing_key signing WHERE signing.app_id = $1 AND signing.kid = $2 AND ${verifies}`;

const readPublishedKeys = `
  SELECT ${position},
         (SELECT coalesce(json_agg(signing.public_jwk ORDER BY signing.created_at, signing.kid), '[]')
          FROM signing_key signing WHERE signing.app_id = $1 AND ${verifies}) AS keys,
         (SELECT ${untilMs('min(signing.not_after)')}
          FROM signing_key signing WHERE signing.app_id = $1 AND ${verifies}) AS "ttlMs"`;

interface Read {
  pos: bigint;
  epoch: string;
}

export function createWarmDirectory(answers: WarmAnswers, statements: Statements): WarmDirectory {
  async function first<Row>(query: string, ...values: unknown[]): Promise<(Row & Read) | null> {
    const [row] = await statements.$queryRawUnsafe<(Row & Read)[]>(query, ...values);
    return row ?? null;
  }

  function credentialBy(column: 'id' | 'client_id', appId: string, value: string, jti: string | null) {
    return answers.get(`credential ${appId} ${column} ${value} ${jti ?? ''}`, async () => {
      const row = await first<CredentialRow>(readCredential(column), appId, value, jti);
      return row && credentialAnswer(row);
    });
  }

  return {
    app: (reference) =>
      answers.get(`app ${reference}`, async () => {
        const row = await first<AppRow>(readApp(reference.includes('_') ? 'id' : 'name'), reference);
        return row && answerOf(row, toApp(row), [{ kind: 'app', id: row.id }]);
      }),
    appKey: (digest) =>
      answers.get(`app-key ${digest.toString('base64')}`, async () => {
        const row = await first<DirectoryAppKey & { ttlMs: number | null }>(readAppKey, digest);
        if (!row) return null;
        const { pos: _, epoch: __, ttlMs, ...key } = row;
        const subjects = [credentialSubject(row.id), { kind: 'app', id: row.appId } as const];
        return { ...answerOf(row, key, subjects), positive: row.active, ttlMs };
      }),
    user: (appId, userId, sessionId, tenantId = null) =>
      answers.get(`user ${appId} ${userId} ${sessionId ?? ''} ${tenantId ?? ''}`, async () => {
        const row = await first<UserRow>(readUser, appId, userId, sessionId, tenantId);
        if (!row) return null;
        const subjects = [
          ...subjectsOf(appId, row, sessionId),
          ...(tenantId === null ? [] : [{ kind: 'tenant', id: tenantId } as const]),
        ];
        const answer = answerOf(row, toStanding(row, sessionId, tenantId), subjects);
        // Whoever is no member is read each time: what would end that is no change of anything the answer rests on.
        return { ...answer, positive: tenantId === null || row.inTenant };
      }),
    credential: (appId, credentialId, jti) => credentialBy('id', appId, credentialId, jti),
    credentialByClientId: (appId, clientId) => credentialBy('client_id', appId, clientId, null),
    signingKey: (appId) =>
      answers.get(`signing ${appId}`, async () => {
        const row = await first<SigningRow>(readSigningKey, appId);
        if (!row) return null;
        const { kid, publicJwk, sealedPrivateKey, successorDue, ttlMs } = row;
        const key = { kid, appId, publicJwk: toPublicJwk(publicJwk), sealedPrivateKey, successorDue };
        return { ...answerOf(row, key, [keysOf(appId)]), positive: !successorDue, ttlMs };
      }),
    verifyingKey: (appId, kid) =>
      answers.get(`verifying ${appId} ${kid}`, async () => {
        const row = await first<{ publicJwk: PublicJwk; ttlMs: number | null }>(readVerifyingKey, appId, kid);
        return row && { ...answerOf(row, toPublicJwk(row.publicJwk), [keysOf(appId)]), ttlMs: row.ttlMs };
      }),
    async publishedKeys(appId) {
      const keys = await answers.get(`published ${appId}`, async () => {
        const row = await first<{ keys: PublicJwk[]; ttlMs: number | null }>(readPublishedKeys, appId);
        return row && { ...answerOf(row, row.keys.map(toPublicJwk), [keysOf(appId)]), ttlMs: row.ttlMs };
      });
      return keys ?? [];
    },
  };
}

function answerOf<Value>({ pos, epoch }: Read, value: Value, subjects: readonly Subject[]): Answer<Value> {
  return { epoch, pos: Number(pos), positive: true, ttlMs: null, subjects, value };
}

function credentialSubject(id: string): Subject {
  return { kind: 'credential', id };
}

interface SigningRow {
  kid: string;
  publicJwk: unknown;
  sealedPrivateKey: Uint8Array;
  successorDue: boolean;
  ttlMs: number | null;
}

interface AppRow {
  id: string;
  workspaceId: string;
  name: string;
  displayName: string;
  settings: AppSettings | null;
}

function toApp({ id, workspaceId, name, displayName, settings }: AppRow): DirectoryApp {
  return {
    id,
    workspaceId,
    name,
    displayName: displayName || name,
    settings: settings ?? defaultAppSettings,
  };
}

interface UserRow {
  id: string;
  email: string;
  roleIds: string[];
  held: { name: string; permissions: string[] }[];
  endedBefore: Date | null;
  sessionGoesOn: boolean;
  inTenant: boolean;
}

function toStanding(row: UserRow, sessionId: string | null, tenantId: string | null): UserStanding {
  const { id, email, held, endedBefore, sessionGoesOn, inTenant } = row;
  return {
    id,
    email,
    roles: held.map(({ name }) => name),
    permissions: [...new Set(held.flatMap(({ permissions }) => permissions))].sort(),
    endedBefore: endedBefore?.getTime() ?? null,
    sessionGoesOn: sessionId === null ? null : sessionGoesOn,
    inTenant: tenantId === null ? null : inTenant,
  };
}

/** Roles that are not there yet too: they may come. */
function subjectsOf(appId: string, { id, roleIds }: UserRow, sessionId: string | null): Subject[] {
  return [
    { kind: 'app', id: appId },
    { kind: 'user', id },
    ...roleIds.map((roleId): Subject => ({ kind: 'role', id: roleId })),
    ...(sessionId === null ? [] : [{ kind: 'session', id: sessionId } as const]),
  ];
}

interface CredentialRow {
  id: string;
  appId: string;
  clientId: string;
  name: string;
  status: string;
  permissions: string[];
  secrets: { digest: string; until: string | null }[];
  tokenRevoked: boolean;
}

/** Good until the first of its overlaps ends: then it is read anew, with one secret less. */
function credentialAnswer(
  row: CredentialRow & Read,
): Answer<DirectoryCredential & { readonly tokenRevoked: boolean }> {
  const { tokenRevoked, id, appId, clientId, name, status, permissions, secrets } = row;
  const now = Date.now();
  const good = secrets.filter(({ until }) => until === null || Date.parse(until) > now);
  const ends = good.flatMap(({ until }) => (until === null ? [] : [Date.parse(until) - now]));
  const value = {
    tokenRevoked,
    id,
    appId,
    clientId,
    name,
    active: status === 'active',
    permissions,
    digests: good.map(({ digest }) => Buffer.from(digest, 'hex')),
  };
  const answer = answerOf(row, value, [credentialSubject(id), { kind: 'app', id: appId }]);
  return { ...answer, positive: value.active, ttlMs: ends.length > 0 ? Math.min(...ends) : null };
}
