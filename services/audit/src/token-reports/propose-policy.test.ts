import { describe, expect, it } from '@jest/globals';
import { actionCatalogue } from '@pcft/contracts';
import { compilePolicy, evaluate, findOutside, type Statement } from '@pcft/policy';
import fc from 'fast-check';
import { proposePolicy } from './propose-policy.ts';

const used = (calls: Record<string, string[]>, more = false) =>
  new Map(
    Object.entries(calls).map(([action, resources]) => [action, { resources: new Set(resources), more }]),
  );
const apps = (n: number) => Array.from({ length: n }, (_, i) => `pcft:heimdall:app/app_${i}`);

describe('a proposed policy', () => {
  it('groups actions on the same resources, and keeps the denials that touch them', () => {
    const deny: Statement = {
      effect: 'deny',
      actions: ['heimdall.*'],
      resources: ['pcft:heimdall:app/app_9'],
    };
    const other: Statement = { effect: 'deny', actions: ['workspace.*'], resources: ['*'] };
    const current: Statement[] = [{ effect: 'allow', actions: ['*'], resources: ['*'] }, deny, other];
    const resources = apps(2);
    expect(
      proposePolicy(current, used({ 'heimdall.app.read': resources, 'heimdall.app.update': resources })),
    ).toEqual([{ effect: 'allow', actions: ['heimdall.app.read', 'heimdall.app.update'], resources }, deny]);
  });

  it('names many resources by the patterns of the policy that cover them', () => {
    const current: Statement[] = [
      { effect: 'allow', actions: ['heimdall.*'], resources: ['pcft:heimdall:app/*', 'pcft:tokens:app/*'] },
    ];
    const resources = ['pcft:heimdall:app/*'];
    expect(proposePolicy(current, used({ 'heimdall.app.read': apps(21) }))).toEqual([
      { effect: 'allow', actions: ['heimdall.app.read'], resources },
    ]);
    expect(proposePolicy(current, used({ 'heimdall.app.read': apps(20) }))?.[0]?.resources).toHaveLength(20);
  });

  it('leaves out what the policy does not allow any more', () => {
    const current: Statement[] = [{ effect: 'allow', actions: ['heimdall.app.read'], resources: ['*'] }];
    expect(proposePolicy(current, used({ 'heimdall.app.create': apps(1) }))).toBeNull();
  });

  it('allows what was used, and nothing that the policy does not', () => {
    const action = fc.constantFrom(
      'heimdall.app.read',
      'heimdall.app.update',
      'workspace.read',
      'workspace.member.list',
    );
    const pattern = fc.constantFrom(
      '*',
      'heimdall.*',
      'heimdall.app.*',
      '*.read',
      'workspace.read',
      'workspace.*',
    );
    const urn = fc.constantFrom(
      ...apps(4),
      `${apps(1)[0]}/user/usr_1`,
      'pcft:heimdall:app/*',
      'pcft:platform:workspace/ws_1',
    );
    const statement = fc.record({
      effect: fc.constantFrom<'allow' | 'deny'>('allow', 'allow', 'deny'),
      actions: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      resources: fc.array(fc.oneof(urn, fc.constant('*')), { minLength: 1, maxLength: 3 }),
    });
    const calls = fc.dictionary(action, fc.array(urn, { minLength: 1, maxLength: 5 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 6 }),
        calls,
        fc.boolean(),
        (current, made, more) => {
          const before = compilePolicy(current);
          const proposed = proposePolicy(current, used(made, more));
          const allowed = Object.entries(made).flatMap(([name, resources]) =>
            resources
              .filter((each) => evaluate(before, name, each).effect === 'allow')
              .map((each) => [name, each] as const),
          );
          expect(proposed === null).toBe(allowed.length === 0);
          if (!proposed) return;
          const after = compilePolicy(proposed);
          for (const [name, each] of allowed) expect(evaluate(after, name, each).effect).toBe('allow');
          expect(
            findOutside(
              proposed.filter(({ effect }) => effect === 'allow'),
              compilePolicy(current.filter(({ effect }) => effect === 'allow')),
              actionCatalogue,
            ),
          ).toBeNull();
          for (const { action: name } of actionCatalogue)
            for (const each of [
              ...apps(5),
              `${apps(1)[0]}/user/usr_2`,
              'pcft:heimdall:app/*',
              'pcft:platform:workspace/ws_2',
            ])
              if (evaluate(after, name, each).effect === 'allow')
                expect([name, each, evaluate(before, name, each).effect]).toEqual([name, each, 'allow']);
        },
      ),
      { numRuns: 300 },
    );
  });
});
