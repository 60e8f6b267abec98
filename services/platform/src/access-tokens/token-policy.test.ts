import { describe, expect, it } from '@jest/globals';
import { Fault } from '@pcft/errors';
import type { Statement } from '@pcft/policy';
import { assertReadable, tokenPolicy, type RequestedPolicy } from './token-policy.ts';

const everything: Statement[] = [{ effect: 'allow', actions: ['*'], resources: ['*'] }];
const audit: Statement[] = [{ effect: 'allow', actions: ['workspace.audit.read'], resources: ['*'] }];

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('assertReadable', () => {
  it.each<RequestedPolicy>([{}, { policy: everything, kind: 'full' }, { kind: 'full', scopes: ['read'] }])(
    'takes exactly one of the three (%j)',
    (requested) => {
      expect(faultOf(() => assertReadable(requested)).details[0]?.field).toBe('policy');
    },
  );

  it('points at an action that does not exist', () => {
    const policy: Statement[] = [
      ...everything,
      { effect: 'deny', actions: ['workspace.audit.red'], resources: ['*'] },
    ];
    expect(faultOf(() => assertReadable({ policy })).details[0]?.field).toBe('policy[1].actions[0]');
  });

  it('points at an unknown scope and an unreadable condition', () => {
    const fault = faultOf(() =>
      assertReadable({ scopes: ['read', 'payments:read'], conditions: { ip: ['300.1.1.1'] } }),
    );
    expect(fault.details.map(({ field }) => field)).toEqual(['scopes[1]', 'conditions.ip[0]']);
  });
});

describe('tokenPolicy', () => {
  it('lets an owner grant everything and a member what is personal', () => {
    expect(tokenPolicy({ policy: everything }, { role: 'owner', parent: null }).statements).toEqual(
      everything,
    );
    const own: Statement[] = [{ effect: 'allow', actions: ['workspace.member.list'], resources: ['*'] }];
    expect(tokenPolicy({ policy: own }, { role: 'member', parent: null }).statements).toEqual(own);
  });

  it('refuses a statement that its creator could not use, and names it', () => {
    const policy = [...audit, { effect: 'allow' as const, actions: ['heimdall.*'], resources: ['*'] }];
    const fault = faultOf(() => tokenPolicy({ policy }, { role: 'member', parent: null }));
    expect(fault.fault).toBe('policy-too-wide');
    expect(fault.details[0]?.field).toBe('policy[0]');
    expect(fault.details[0]?.reason).toContain('needs the role admin');
  });

  it('caps kinds and scopes instead', () => {
    const { statements } = tokenPolicy({ kind: 'full' }, { role: 'member', parent: null });
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions).toContain('workspace.read');
    expect(actions).not.toContain('workspace.audit.read');
    expect(
      tokenPolicy({ scopes: ['subscription:write'] }, { role: 'member', parent: null }).statements,
    ).toEqual([]);
  });

  it('bounds a child by its parent before its role', () => {
    const parent = { statements: audit, conditions: { ip: ['10.0.0.0/8'] } };
    const fault = faultOf(() => tokenPolicy({ policy: everything }, { role: 'owner', parent }));
    expect(fault.fault).toBe('policy-too-wide');
    expect(fault.details[0]?.field).toBe('policy[0].actions[0]');
    expect(tokenPolicy({ kind: 'full' }, { role: 'owner', parent })).toEqual({
      statements: audit,
      conditions: { ip: ['10.0.0.0/8'] },
    });
  });
});
