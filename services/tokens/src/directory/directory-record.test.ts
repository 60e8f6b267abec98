import { describe, expect, it } from '@jest/globals';
import { emailKey, isWellFormed, newestRecords, type DirectoryRecord } from './directory-record.ts';

const role = (id: string, version: number, deleted = false): DirectoryRecord => ({
  kind: 'role',
  id,
  app_id: 'app_1',
  version,
  deleted,
  data: deleted ? null : { name: 'editor', permissions: [`v:${version}`] },
});

describe('newestRecords', () => {
  it('keeps of each record its newest version, in whatever order they come', () => {
    expect(
      newestRecords([role('role_b', 1), role('role_a', 3), role('role_a', 2), role('role_b', 2, true)]),
    ).toEqual([role('role_a', 3), role('role_b', 2, true)]);
  });

  it('keeps records of different kinds apart, though their ids were the same', () => {
    const app: DirectoryRecord = {
      kind: 'app',
      id: 'role_a',
      app_id: 'app_1',
      version: 1,
      deleted: false,
      data: { workspace_id: 'ws_1', name: 'acme', status: 'active' },
    };
    expect(newestRecords([role('role_a', 1), app])).toHaveLength(2);
  });
});

describe('isWellFormed', () => {
  it('asks for data exactly when the record is not deleted', () => {
    expect(isWellFormed(role('role_a', 1))).toBe(true);
    expect(isWellFormed(role('role_a', 2, true))).toBe(true);
    expect(isWellFormed({ ...role('role_a', 1), deleted: true })).toBe(false);
    expect(isWellFormed({ ...role('role_a', 1), data: null })).toBe(false);
  });
});

describe('emailKey', () => {
  it('is the same however the address is written', () => {
    expect(emailKey('Jane@ACME.co')).toBe('jane@acme.co');
  });
});
