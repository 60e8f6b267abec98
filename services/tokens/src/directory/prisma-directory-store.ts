import { foreignHashKinds } from '@pcft/database';
import { defaultAppSettings, type AppSettings } from '@pcft/contracts';
import type {
  DirectoryApp as AppRow,
  DirectoryCredential as CredentialRow,
  DirectoryUser as UserRow,
  PrismaClient,
} from '../../generated/prisma/client.ts';
import type { ChangeCommitter } from '../changes/change-committer.ts';
import { applyRecords } from './apply-records.ts';
import { emailKey } from './directory-record.ts';
import type {
  DirectoryApp,
  DirectoryAppKey,
  DirectoryCredential,
  DirectoryMembership,
  DirectoryStore,
  DirectoryUser,
} from './directory-store.ts';

const inUse = { status: 'active', deleted: false };

const readMemberships = `
  SELECT tenant.id AS "tenantId", tenant.name, tenant.display_name AS "displayName", member.role_ids AS "roleIds",
         ARRAY(SELECT role.name FROM directory_role role
               WHERE role.id = ANY(member.role_ids) AND role.app_id = $1 AND NOT role.deleted ORDER BY role.name) AS roles
  FROM directory_tenant_member member JOIN directory_tenant tenant ON tenant.id = member.tenant_id
  WHERE member.app_id = $1 AND member.user_id = $2 AND NOT member.deleted
    AND tenant.app_id = $1 AND tenant.status = 'active' AND NOT tenant.deleted`;

export function createPrismaDirectoryStore(prisma: PrismaClient, changes: ChangeCommitter): DirectoryStore {
  return {
    apply: (records) => applyRecords(changes, records),
    async findApp(reference) {
      const row = await prisma.directoryApp.findFirst({
        // No reference is both: a name holds no underscore, and an id always does.
        where: { ...(reference.includes('_') ? { id: reference } : { name: reference }), ...inUse },
      });
      return row && toApp(row);
    },
    async listAppIds(limit) {
      const rows = await prisma.directoryApp.findMany({
        where: inUse,
        orderBy: { id: 'asc' },
        take: limit,
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },
    async findUserByEmail(appId, email) {
      const rows = await prisma.directoryUser.findMany({
        where: { appId, emailKey: emailKey(email), deleted: false },
        take: 2,
      });
      // While records of an address that changes hands are on their way there may be two: then neither is believed.
      return rows.length === 1 && rows[0] ? toUser(rows[0]) : null;
    },
    async findUser(appId, id) {
      const row = await prisma.directoryUser.findFirst({ where: { id, appId, deleted: false } });
      return row && toUser(row);
    },
    foreignHashKinds: (appId) => foreignHashKinds(prisma, 'directory_user', appId),
    async findMembership(appId, tenantId, userId) {
      const [membership] = await prisma.$queryRawUnsafe<DirectoryMembership[]>(
        `${readMemberships} AND member.tenant_id = $3`,
        ...[appId, userId, tenantId],
      );
      return membership ?? null;
    },
    membershipsOf: (appId, userId) =>
      prisma.$queryRawUnsafe<DirectoryMembership[]>(
        `${readMemberships} ORDER BY tenant.name, tenant.id`,
        appId,
        userId,
      ),
    rolesOf: (appId, roleIds) =>
      prisma.directoryRole.findMany({
        where: { id: { in: [...roleIds] }, appId, deleted: false },
        select: { name: true, permissions: true },
        orderBy: { name: 'asc' },
      }),
    async findAppKey(digest) {
      const [key] = await prisma.$queryRaw<DirectoryAppKey[]>`
        SELECT key.id, key.name, key.permissions, key.app_id AS "appId", app.workspace_id AS "workspaceId",
          NOT key.deleted AND (key.expires_at IS NULL OR key.expires_at > now())
            AND app.status = 'active' AND NOT app.deleted AS active
        FROM directory_app_key key JOIN directory_app app ON app.id = key.app_id
        WHERE key.digest = ${digest}`;
      return key ?? null;
    },
    async findCredentialByClientId(appId, clientId) {
      const row = await prisma.directoryCredential.findFirst({ where: { appId, clientId, deleted: false } });
      return row && toCredential(row);
    },
    async findCredential(appId, id) {
      const row = await prisma.directoryCredential.findFirst({ where: { appId, id, deleted: false } });
      return row && toCredential(row);
    },
  };
}

/** What was written by applyDirectory, whose schema vouches for it. */
function toApp({ id, workspaceId, name, displayName, settings }: AppRow): DirectoryApp {
  return {
    id,
    workspaceId,
    name,
    displayName: displayName || name,
    settings: (settings as AppSettings | null) ?? defaultAppSettings,
  };
}

function toUser({
  status,
  metadata,
  emailKey: _,
  sessionEpoch: __,
  othersEndedAt: ___,
  keptSessionId: ____,
  deleted: _____,
  ...row
}: UserRow): DirectoryUser {
  return { ...row, active: status === 'active', metadata: metadata as DirectoryUser['metadata'] };
}

/** A secret whose overlap has ended is none: judged here, so that nobody can forget to. */
function toCredential(row: CredentialRow): DirectoryCredential {
  const { id, appId, clientId, name, status, permissions, secrets } = row;
  const digests = (secrets as { digest: string; until: string | null }[])
    .filter(({ until }) => until === null || Date.parse(until) > Date.now())
    .map(({ digest }) => Buffer.from(digest, 'hex'));
  return { id, appId, clientId, name, active: status === 'active', permissions, digests };
}
