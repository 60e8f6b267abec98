import type { heimdallAdminOperations } from '@pcft/contracts';
import type { PasswordHasher } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call, CallAudit, Handlers } from '@pcft/http';
import { assertActive, type App } from '../apps/app.ts';
import type { Changed, CommitChange } from '../apps/app-store.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { importUsers, type ImportResult } from './import-users.ts';
import { userToWire } from './routes.ts';
import { deactivateUser, updateUser, type ChangeUserDeps } from './update-user.ts';
import type { User } from './user.ts';

type Operations = typeof heimdallAdminOperations;
type ChangeOperations = Pick<
  Operations,
  'getUser' | 'updateUser' | 'deactivateUser' | 'importUsers' | 'assignUserRole' | 'removeUserRole'
>;

export function userChangeHandlers(
  deps: ChangeUserDeps & { readonly passwords: PasswordHasher },
): Handlers<ChangeOperations> {
  return {
    async getUser({ located, params }: Call<Operations['getUser'], App>) {
      const user = await deps.users.find(located.id, params.user_id);
      if (!user) throw new Fault('not-found');
      return userToWire(user);
    },
    async updateUser({ located, params, body, audit }: Call<Operations['updateUser'], App>) {
      assertActive(located);
      const { email, email_verified: emailVerified, display_name: displayName, metadata, status } = body;
      const { password } = body;
      const edit = { email, emailVerified, displayName, metadata, status, password };
      const commit: CommitChange<User> = (before, after) => (transaction) =>
        audit.commit(transaction, {
          target: { type: 'user', id: after.id },
          metadata: { fields: Object.keys(body).sort() },
          changes: { before: shown(before), after: shown(after) },
        });
      return userToWire((await updateUser(deps, located, params.user_id, edit, commit)).after);
    },
    async deactivateUser({ located, params, audit }: Call<Operations['deactivateUser'], App>) {
      const key = { appId: located.id, id: params.user_id };
      const done = await deactivateUser(
        deps,
        key,
        (_, { id, email }) =>
          (transaction) =>
            audit.commit(transaction, { target: { type: 'user', id }, metadata: { email } }),
      );
      return answer(audit, done);
    },
    async assignUserRole({ located, params, body, audit }: Call<Operations['assignUserRole'], App>) {
      assertActive(located);
      const assignment = { appId: located.id, userId: params.user_id, roleName: body.role };
      return answer(audit, await assignRole(deps, assignment, roleRow(audit, body.role)));
    },
    async removeUserRole({ located, params, audit }: Call<Operations['removeUserRole'], App>) {
      const { user_id: userId, role_name: roleName } = params;
      const assignment = { appId: located.id, userId, roleName };
      return answer(audit, await removeRole(deps, assignment, roleRow(audit, roleName)));
    },
    async importUsers({ located, body, audit }: Call<Operations['importUsers'], App>) {
      assertActive(located);
      const rows = body.users.map((row) => ({
        email: row.email,
        displayName: row.display_name,
        passwordHash: row.password_hash,
        emailVerified: row.email_verified,
        roles: row.roles ?? [],
        metadata: row.metadata,
      }));
      const results = await importUsers(
        deps,
        located.id,
        rows,
        (outcome) => (transaction) =>
          audit.commit(transaction, {
            target: { type: 'app', id: located.id },
            metadata: { ...countsOf(outcome), user_ids: createdIds(outcome) },
          }),
      );
      return { ...countsOf(results), results: results.map(resultToWire) };
    },
  };
}

/** Seed 001 prints this row: the user is the target, the role stands in the metadata. */
function roleRow(audit: CallAudit, role: string): CommitChange<User> {
  return (_, { id }) =>
    (transaction) =>
      audit.commit(transaction, { target: { type: 'user', id }, metadata: { role } });
}

function answer(audit: CallAudit, { after, changed }: Changed<User>) {
  if (!changed) {
    audit.add({ target: { type: 'user', id: after.id } });
    audit.nothingChanged();
  }
  return userToWire(after);
}

/** Never the hash; a new password shows in `fields`. */
function shown({ email, emailVerified, displayName, metadata, status }: User) {
  return { email, email_verified: emailVerified, display_name: displayName, metadata, status };
}

function countsOf(results: readonly ImportResult[]) {
  const count = (status: ImportResult['status']) => results.filter((each) => each.status === status).length;
  return { created: count('created'), existing: count('exists'), invalid: count('invalid') };
}

function createdIds(results: readonly ImportResult[]): string[] {
  return results.flatMap((each) => (each.status === 'created' ? [each.user.id] : []));
}

function resultToWire(result: ImportResult, index: number) {
  return {
    index,
    status: result.status,
    id: result.status === 'created' ? result.user.id : null,
    error: result.status === 'invalid' ? { field: result.field, reason: result.reason } : null,
  };
}
