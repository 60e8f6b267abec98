import type { Subject } from '@pcft/auth';
import type { ChangeCommitter, Transaction } from '../changes/change-committer.ts';
import { emailKey, newestRecords, type DirectoryRecord, type RecordKind } from './directory-record.ts';
import { upserts } from './upserts.ts';

const subjectKinds: Readonly<Record<RecordKind, Subject['kind']>> = {
  app: 'app',
  role: 'role',
  user: 'user',
  'app-key': 'credential',
  credential: 'credential',
};

/**
 * Sessions that the user's record has ended: deactivated, deleted, another password. The row says so too, so that a
 * list of sessions tells the truth and a reactivation brings none of them back.
 */
const endSessions = `
  UPDATE user_session session SET ended_at = clock_timestamp(), end_reason = 'user'
  FROM directory_user holder
  WHERE holder.id = session.user_id AND session.user_id = ANY($1::text[]) AND session.ended_at IS NULL
    AND (holder.deleted OR holder.status <> 'active' OR session.created_at <= holder.sessions_ended_at)`;

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
    return {
      result: applied,
      // Nothing cached can rest on what is there for the first time, but for a role that users hold already.
      invalidates: newest
        .filter((record) => !isFirst(record) || record.kind === 'role')
        .map(({ kind, id }) => ({ kind: subjectKinds[kind], id })),
      narrows: newest.some((record) => !isFirst(record)),
    };
  });
}

async function endSessionsOf(transaction: Transaction, records: readonly DirectoryRecord[]): Promise<void> {
  const users = records.filter((record) => record.kind === 'user' && !isFirst(record)).map(({ id }) => id);
  if (users.length > 0) await transaction.$executeRawUnsafe(endSessions, users);
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
