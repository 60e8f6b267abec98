import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogue as small, declare } from '../test/catalogue.ts';
import { kindLevels, scopeMeaning, scopeMeans } from '../test/naive-decision.ts';
import {
  compileKind,
  compilePolicy,
  compileScopes,
  evaluate,
  findTooWide,
  isScope,
  SCOPES,
  type AccessLevel,
  type ActionDeclaration,
  type KindRequest,
  type Role,
  type Statement,
} from './index.ts';

const roles: Role[] = ['member', 'admin', 'owner'];
const levels: AccessLevel[] = ['list', 'read', 'write', 'delete', 'permissions'];
const areas = ['user', 'projects', 'members', 'subscription', 'api-keys'];

const anyCatalogue = fc
  .array(fc.tuple(fc.constantFrom(...levels), fc.constantFrom(...roles), fc.subarray(areas)), {
    maxLength: 25,
  })
  .map((entries) => entries.map(([access, role, scopes], i) => declare(`area.a${i}`, access, role, scopes)));

function allowed(statements: Statement[], { action }: ActionDeclaration): boolean {
  return evaluate(compilePolicy(statements), action, 'pcft:test:thing/x').effect === 'allow';
}

const mayHold: Record<Role, Role[]> = { owner: roles, admin: ['member', 'admin'], member: ['member'] };

describe('scopes', () => {
  it('mean what product.md says, for any catalogue, role and set of scopes', () => {
    const scopes = fc.subarray([...SCOPES]);
    fc.assert(
      fc.property(anyCatalogue, fc.constantFrom(...roles), scopes, (catalogue, role, chosen) => {
        const statements = compileScopes(chosen, { role, catalogue });
        for (const entry of catalogue) {
          const isMeant = chosen.some((scope) => {
            return scopeMeans(scope, entry.access, entry.scopes);
          });
          expect(allowed(statements, entry)).toBe(isMeant && mayHold[role].includes(entry.lowestRole));
        }
        expect(findTooWide(statements, role, catalogue)).toBeNull();
      }),
    );
  });

  it('are the fourteen of documents 002 and 003', () => {
    expect([...SCOPES].sort()).toEqual(Object.keys(scopeMeaning).sort());
  });

  it('take an action that names its scope in full only at that scope', () => {
    const context = { role: 'owner' as const, catalogue: small };
    expect(compileScopes(['user:read'], context)).toEqual([
      { effect: 'allow', actions: ['account.read'], resources: ['*'] },
    ]);
    expect(compileScopes(['user:write'], context)).toEqual([]);
  });

  it.each(['', 'reads', 'members', 'members:delete', 'payments:read', '__proto__', 'constructor'])(
    'do not include %j',
    (text) => {
      expect(isScope(text)).toBe(false);
      expect(() => compileScopes([text], { role: 'owner', catalogue: small })).toThrow(RangeError);
    },
  );

  it('can be bound to resources', () => {
    const bound = compileScopes(['members:read'], { role: 'member', catalogue: small }, [
      'pcft:platform:workspace/ws_1',
    ]);
    expect(bound).toEqual([
      { effect: 'allow', actions: ['workspace.member.list'], resources: ['pcft:platform:workspace/ws_1'] },
    ]);
  });
});

describe('key kinds', () => {
  it('mean what product.md says, for any catalogue and role', () => {
    const kinds = fc.constantFrom<'full' | 'read-only' | 'read-write'>('full', 'read-only', 'read-write');
    fc.assert(
      fc.property(anyCatalogue, fc.constantFrom(...roles), kinds, (catalogue, role, kind) => {
        const statements = compileKind({ kind }, { role, catalogue });
        for (const entry of catalogue) {
          const isMeant = kindLevels[kind].split(' ').includes(entry.access);
          expect(allowed(statements, entry)).toBe(isMeant && mayHold[role].includes(entry.lowestRole));
        }
        expect(findTooWide(statements, role, catalogue)).toBeNull();
      }),
    );
  });

  it('custom is the named access on the named resources', () => {
    const request: KindRequest = {
      kind: 'custom',
      resources: ['pcft:heimdall:app/app_1'],
      access: ['list', 'write'],
    };
    expect(compileKind(request, { role: 'admin', catalogue: small })).toEqual([
      {
        effect: 'allow',
        actions: ['workspace.member.list', 'heimdall.app.list', 'heimdall.app.create'],
        resources: ['pcft:heimdall:app/app_1'],
      },
    ]);
  });

  it("an owner's full key reaches actions that come later; an admin's does not reach owner actions", () => {
    const later = declare('later.thing.read', 'read', 'member');
    expect(allowed(compileKind({ kind: 'full' }, { role: 'owner', catalogue: small }), later)).toBe(true);
    const admin = compileKind({ kind: 'full' }, { role: 'admin', catalogue: small });
    expect(allowed(admin, declare('workspace.delete', 'delete', 'owner'))).toBe(false);
  });

  it('is empty when the role has nothing of it', () => {
    const catalogue = [declare('workspace.delete', 'delete', 'owner')];
    expect(compileKind({ kind: 'full' }, { role: 'member', catalogue })).toEqual([]);
  });
});
