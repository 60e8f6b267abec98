import type { Subject } from '@pcft/auth';
import type { ChangeCommitter, Transaction } from '../changes/change-committer.ts';
import { emailKey, newestRecords, type DirectoryRecord, type RecordKind } from './directory-record.ts';
import { upserts } from './upserts.ts';

/** A membership is cached with its user's answers. */
const subjectKinds: Readonly<Record<Exclude<RecordKind, 'tenant-member'>, Subject['kind']>> = {
  app: 'app',
  role: 'role',
  user: 'user',
  'app-key': 'credential',
  credential: 'credential',
  tenant: 'tenant',
};

/**
 * Sessions that the user's record has ended: deactivated, deleted, another password. The row says so too, so that a
 * list of sessions tells the truth and a reactivation brings none of them back. Where one session goes on, the rows of
 * the others alone say it: the record's transaction ends them, and whoever begins one waits for it and finds the other
 * password.
 */
const endSessions = `
  UPDATE user_session session SET ended_at = clock_timestamp(), end_reason = 'user'
  FROM directory_user holder
  WHERE holder.id = session.user_id AND session.user_id = ANY($1::text[]) AND session.ended_at IS NULL
    AND (holder.deleted OR holder.status <> 'active' OR session.created_at <= holder.sessions_ended_at
         OR (session.created_at <= holder.others_ended_at AND session.id <> holder.kept_session_id))`;

/** Sign-ins that wait for the second factor after a password that holds no more. */
const endChallenges = `
  DELETE FROM user_sign_in_challenge challenge USING directory_user holder
  WHERE holder.id = challenge.user_id AND challenge.user_id = ANY($1::text[])
    -- Those that have run out are deleted by the next sign-in, before it locks the user.
    AND challenge.expires_at > clock_timestamp()
    AND challenge.created_at <= greatest(holder.sessions_ended_at, holder.others_ended_at)`;

/**
 * Sessions for a tenant that their user has asked to leave go on in none. Those of somebody whom an administrator has removed
 * wait: they are good again when the user is added again.
 */
const leaveTenants = `
  UPDATE user_session session SET tenant_id = NULL, leaving = false
  FROM directory_tenant_member member
  WHERE member.id = ANY($1::text[]) AND member.deleted AND session.leaving AND session.ended_at IS NULL
    AND session.app_id = member.app_id AND session.user_id = member.user_id AND session.tenant_id = member.tenant_id`;

/**
 * Takes each record that is newer than what is held, in one transaction, and returns when no process of this service
 * acts on what they have replaced.
 *
 * A record that is known already goes the same way: whoever repeats it may have lost the answer of a delivery that
 * was committed and had not passed the barrier yet.
 */
export function applyRecords(changes: ChangeCommitter, records: readonly DirectoryRecord[]): Promise<number> {
  const newest = newestRecords(records);
  return changes.commit(async (transaction) => {
    let applied = 0;
    for (const [kind, group] of Map.groupBy(newest, ({ kind }) => kind)) {
      applied += await transaction.$executeRawUnsafe(upserts[kind], JSON.stringify(group.map(withEmailKey)));
    }
    await endSessionsOf(transaction, newest);
    await leaveTenantsOf(transaction, newest);
    return {
      result: applied,
      // Nothing cached can rest on what is there for the first time, but for a role that users hold already.
      invalidates: [
        ...newest
          .filter((record) => !isFirst(record) || record.kind === 'role')
          .flatMap(({ kind, id }) => (kind === 'tenant-member' ? [] : [{ kind: subjectKinds[kind], id }])),
        ...(await usersOfMemberships(transaction, newest)),
      ],
      narrows: newest.some((record) => !isFirst(record)),
    };
  });
}

async function endSessionsOf(transaction: Transaction, records: readonly DirectoryRecord[]): Promise<void> {
  const users = records.filter((record) => record.kind === 'user' && !isFirst(record)).map(({ id }) => id);
  if (users.length === 0) return;
  // First: a sign-in that waits and is quicker is a session by then, and found below.
  await transaction.$executeRawUnsafe(endChallenges, users);
  await transaction.$executeRawUnsafe(endSessions, users);
}

async function leaveTenantsOf(transaction: Transaction, records: readonly DirectoryRecord[]): Promise<void> {
  const ended = records
    .filter(({ kind, deleted }) => kind === 'tenant-member' && deleted)
    .map(({ id }) => id);
  if (ended.length > 0) await transaction.$executeRawUnsafe(leaveTenants, ended);
}

/** Whose memberships have changed; a tombstone does not say it, the copy does. */
async function usersOfMemberships(
  transaction: Transaction,
  records: readonly DirectoryRecord[],
): Promise<Subject[]> {
  const ids = records.filter((each) => each.kind === 'tenant-member' && !isFirst(each)).map(({ id }) => id);
  if (ids.length === 0) return [];
  const users = await transaction.$queryRawUnsafe<{ id: string }[]>(
    `SELECT DISTINCT user_id AS id FROM directory_tenant_member WHERE id = ANY($1::text[]) AND user_id <> ''`,
    ids,
  );
  return users.map(({ id }) => ({ kind: 'user', id }));
}

function isFirst({ version, deleted }: DirectoryRecord): boolean {
  return version === 1 && !deleted;
}

/** Lower case is JavaScript's, here as in the look-up: PostgreSQL's depends on the locale. */
function withEmailKey(record: DirectoryRecord) {
  return record.kind === 'user' && record.data
    ? { ...record, email_key: emailKey(record.data.email) }
    : record;
}
