import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const update = (auth: string, body: object) => suite.call('updateCurrentUser', { auth, body });
const handle = () => uniqueName('h').replaceAll('-', '');

describe('200', () => {
  it('changes name and handle, and says what changed', async () => {
    const account = await suite.createAccount();
    const answer = await update(account.session, { fullName: 'Ada Lovelace', handle: handle() });
    expect(answer.body.message).toBe('User updated successfully');
    expect(answer.body.data).toMatchObject({ email: account.email, fullName: 'Ada Lovelace' });
    const read = await suite.call('getCurrentUser', { auth: account.session });
    expect(read.body.data).toEqual(answer.body.data);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'account.updated',
      changes: { before: { full_name: account.name }, after: { full_name: 'Ada Lovelace' } },
    });
    expect((await suite.call('introspect', { auth: account.session })).body.account.name).toBe(
      'Ada Lovelace',
    );
  });

  it('changes nothing for nothing', async () => {
    const account = await suite.createAccount();
    expect((await update(account.session, {})).body.data.fullName).toBe(account.name);
  });

  it('takes an account-wide PAT with the scope', async () => {
    const account = await suite.createAccount();
    const { body } = await suite.call('createApiKey', {
      auth: account.session,
      body: { name: 'user', scopes: ['user:write'] },
    });
    expect((await update(body.data.key, { fullName: 'By a program' })).status).toBe(200);
  });
});

describe('409 when', () => {
  it('somebody has the handle, for all but one who want it at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 4 }, () => suite.createAccount()));
    const wanted = handle();
    const answers = await Promise.all(accounts.map(({ session }) => update(session, { handle: wanted })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.meta.errors).toEqual([{ field: 'handle', reason: 'is taken' }]);
  });
});
