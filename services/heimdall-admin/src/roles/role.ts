import { createId } from '@pcft/credentials';
import type { DirectoryRecord } from '../directory/directory-record.ts';

/** A named collection of permissions, `resource:verb`, in one app. */
export interface Role {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function newRole(
  appId: string,
  input: Pick<Role, 'name' | 'displayName' | 'permissions'>,
  now: Date,
): Role {
  return { id: createId('role_'), appId, ...input, version: 1, createdAt: now, updatedAt: now };
}

/** What the tokens service has to know of a role. */
export function roleRecord({ id, appId, name, permissions, version }: Role): DirectoryRecord {
  return {
    kind: 'role',
    id,
    app_id: appId,
    version,
    deleted: false,
    data: { name, permissions: [...permissions] },
  };
}
