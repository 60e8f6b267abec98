import { describe, expect, it } from '@jest/globals';
import { withPassword } from './update-user.ts';
import { emailKey, nameFromEmail, newUser, userRecord } from './user.ts';

describe('emailKey', () => {
  it('is the same however the address is written', () => {
    expect(emailKey('Jane@ACME.co')).toBe(emailKey('jane@acme.CO'));
  });

  it('keeps different addresses apart', () => {
    expect(emailKey('jane+a@acme.co')).not.toBe(emailKey('jane@acme.co'));
  });
});

describe('nameFromEmail', () => {
  it.each([
    ['jane@acme.co', 'jane'],
    ['"a@b"@acme.co', '"a@b"'],
  ])('of %s is %s', (email, name) => {
    expect(nameFromEmail(email)).toBe(name);
  });
});

describe('userRecord', () => {
  const given = { id: 'usr_1', appId: 'app_1', email: 'jane@acme.co', passwordHash: null };
  const jane = newUser(given, new Date());

  it('names a kept session only where the last end of sessions has left one', () => {
    expect(userRecord(jane).data).not.toHaveProperty('kept_session_id');
    const kept = withPassword(jane, 'v1$hash', 'ses_1');
    expect(userRecord(kept).data).toMatchObject({ session_epoch: 2, kept_session_id: 'ses_1' });
    expect(userRecord(withPassword(kept, 'v1$other')).data).not.toHaveProperty('kept_session_id');
  });

  it('names none after a process that does not know of kept sessions has ended them all', () => {
    const kept = withPassword(jane, 'v1$hash', 'ses_1');
    // It raises the epoch, and leaves the columns that it does not know as they are.
    const { data } = userRecord({ ...kept, sessionEpoch: kept.sessionEpoch + 1 });
    expect(data).toMatchObject({ session_epoch: 3 });
    expect(data).not.toHaveProperty('kept_session_id');
  });

  it('of a user who was never told to keep one has the fields that were there before, and no other', () => {
    expect(Object.keys(userRecord(jane).data ?? {}).sort()).toEqual([
      'created_at',
      'display_name',
      'email',
      'email_verified',
      'metadata',
      'password_hash',
      'role_ids',
      'session_epoch',
      'status',
      'updated_at',
    ]);
  });
});
