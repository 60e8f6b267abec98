import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../test/catalogue.ts';
import { findTooWide, roleAllows, type Role, type Statement } from './index.ts';

const allow = (...actions: string[]): Statement => ({ effect: 'allow', actions, resources: ['*'] });
const deny = (resource: string, ...actions: string[]): Statement => ({
  effect: 'deny',
  actions,
  resources: [resource],
});

describe('roleAllows', () => {
  it('orders the roles', () => {
    const roles: Role[] = ['member', 'admin', 'owner'];
    const table = roles.map((role) => roles.map((lowest) => roleAllows(role, lowest)));
    expect(table).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  it('denies what it does not know', () => {
    expect(roleAllows('root' as Role, 'member')).toBe(false);
    expect(roleAllows('owner', 'root' as Role)).toBe(false);
    expect(roleAllows('__proto__' as Role, 'member')).toBe(false);
  });
});

describe('findTooWide', () => {
  it('lets an owner grant anything', () => {
    expect(findTooWide([allow('*')], 'owner', catalogue)).toBeNull();
  });

  it('names the first statement and the action above the cap', () => {
    const statements = [allow('workspace.read'), allow('workspace.audit.read'), allow('*')];
    expect(findTooWide(statements, 'member', catalogue)).toEqual({
      statement: 1,
      action: 'workspace.audit.read',
      lowestRole: 'admin',
    });
    expect(findTooWide(statements, 'admin', catalogue)).toEqual({
      statement: 2,
      action: 'workspace.delete',
      lowestRole: 'owner',
    });
  });

  it('excuses a grant that the same policy denies on *', () => {
    expect(findTooWide([allow('*'), deny('*', 'workspace.delete')], 'admin', catalogue)).toBeNull();
    expect(findTooWide([deny('*', '*.delete'), allow('*')], 'admin', catalogue)).toBeNull();
  });

  it('does not excuse it for a narrower deny, which leaves the action granted elsewhere', () => {
    const statements = [allow('*'), deny('pcft:platform:workspace/*', 'workspace.delete')];
    expect(findTooWide(statements, 'admin', catalogue)?.action).toBe('workspace.delete');
  });

  it('reads grants only', () => {
    expect(findTooWide([deny('*', '*')], 'member', catalogue)).toBeNull();
    expect(findTooWide([], 'member', catalogue)).toBeNull();
  });
});
