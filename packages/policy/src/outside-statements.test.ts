import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../test/catalogue.ts';
import { compilePolicy, findOutside, type Statement } from './index.ts';

const allow = (actions: string[], resources = ['*']): Statement => ({ effect: 'allow', actions, resources });
const deny = (actions: string[], resources = ['*']): Statement => ({ effect: 'deny', actions, resources });
const APP = 'pcft:heimdall:app/app_1';
const find = (statements: Statement[], bound: Statement[]) =>
  findOutside(statements, compilePolicy(bound), catalogue);

describe('findOutside', () => {
  it('is null for what the bound allows, whichever pattern says it', () => {
    expect(find([allow(['heimdall.app.list', 'heimdall.app.create'])], [allow(['heimdall.*'])])).toBeNull();
    expect(find([allow(['heimdall.*'])], [allow(['heimdall.app.list']), allow(['*.create'])])).toBeNull();
    expect(find([allow(['heimdall.*'], [`${APP}/user/*`])], [allow(['*'], [APP])])).toBeNull();
    expect(find([], [])).toBeNull();
  });

  it('names statement, action and resource of the first grant beyond it', () => {
    const bound = [allow(['heimdall.*'], [APP])];
    expect(find([allow(['heimdall.app.list'], [APP]), allow(['workspace.*'])], bound)).toEqual({
      statement: 1,
      action: 'workspace.read',
      resource: '*',
    });
    expect(find([allow(['heimdall.app.list'], [APP, 'pcft:heimdall:app/*'])], bound)).toEqual({
      statement: 0,
      action: 'heimdall.app.list',
      resource: 'pcft:heimdall:app/*',
    });
  });

  it('needs the denials of the bound to be kept where they cover all of a grant', () => {
    const bound = [allow(['*']), deny(['heimdall.*'], [APP])];
    expect(find([allow(['heimdall.app.list'], [`${APP}/user/usr_1`])], bound)).toMatchObject({
      statement: 0,
    });
    expect(find([allow(['heimdall.app.list'])], bound)).toBeNull();
  });

  it('counts no grant that the same policy takes back', () => {
    const bound = [allow(['heimdall.*'])];
    expect(find([allow(['*']), deny(['workspace.*', 'account.*'])], bound)).toBeNull();
    expect(find([allow(['*']), deny(['workspace.*', 'account.*'], [APP])], bound)).not.toBeNull();
    const idle = [allow(['*'], [APP]), deny(['*'], [APP])];
    expect(find(idle, idle)).toBeNull();
  });
});
