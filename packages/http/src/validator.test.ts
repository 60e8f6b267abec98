import { describe, expect, it } from '@jest/globals';
import type { Fault } from '@pcft/errors';
import Type from 'typebox';
import { createChecker, createFormValidator, createValidator } from './validator.ts';

const schema = Type.Object(
  {
    email: Type.String({ format: 'email' }),
    role: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['owner', 'member'] })),
    policy: Type.Optional(Type.Array(Type.Object({ actions: Type.Array(Type.String({ minLength: 1 })) }))),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
);

function faultOf(value: unknown): Fault | null {
  try {
    createValidator(schema)(value, 'body');
    return null;
  } catch (error) {
    return error as Fault;
  }
}

describe('createValidator', () => {
  it('says what document 001 says of a missing field', () => {
    const fault = faultOf({});
    expect(fault?.publicMessage).toBe('email is required');
    expect(fault?.details).toEqual([{ field: 'email', reason: 'required' }]);
  });

  it.each([
    [{ email: 'x' }, 'email', 'must be a valid email'],
    [{ email: 'a@b.co', role: 'root' }, 'role', 'must be one of: owner, member'],
    [{ email: 'a@b.co', extra: 1 }, 'extra', 'is not a known field'],
    [{ email: 'a@b.co', limit: '5' }, 'limit', 'must be integer'],
    [
      { email: 'a@b.co', policy: [{ actions: ['a'] }, { actions: [''] }] },
      'policy[1].actions[0]',
      'must NOT have fewer than 1 characters',
    ],
    [[], 'body', 'must be object'],
  ])('points at the fault of %j', (value, field, reason) => {
    expect(faultOf(value)?.details).toEqual([{ field, reason }]);
  });

  it('never repeats what was sent', () => {
    const fault = faultOf({ email: 'hunter2-secret' });
    expect(JSON.stringify([fault?.publicMessage, fault?.details])).not.toContain('hunter2');
  });

  it('coerces text only where values arrive as text, and fills in defaults', () => {
    const query: Record<string, unknown> = { email: 'a@b.co', limit: '5' };
    createValidator(schema, { text: true })(query, 'query');
    expect(query['limit']).toBe(5);
    const bare: Record<string, unknown> = { email: 'a@b.co' };
    createValidator(schema, { text: true })(bare, 'query');
    expect(bare['limit']).toBe(20);
  });

  it.each(['0x10', '1e2', '+5', ' 5', '5.0', '', '٣'])('does not take %j for a number', (limit) => {
    const validate = createValidator(schema, { text: true });
    expect(() => validate({ email: 'a@b.co', limit }, 'query')).toThrow('limit must be integer');
  });

  it('gives at most 20 details', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, 1]));
    expect(faultOf(many)?.details).toHaveLength(20);
  });
});

describe('createFormValidator', () => {
  it('ignores what it does not know, and nothing else', () => {
    const validate = createFormValidator(schema);
    const form: Record<string, unknown> = { email: 'a@b.co', extra: 'x' };
    validate(form, 'body');
    expect(form).not.toHaveProperty('extra');
    expect(() => validate({ extra: 'x' }, 'body')).toThrow('email is required');
  });
});

describe('createChecker', () => {
  it('names what breaks the schema, and nothing else', () => {
    const check = createChecker(schema);
    expect(check({ email: 'a@b.co' })).toBeNull();
    expect(check({ email: 'a@b.co', secret: 'x' })).toContain('additional properties');
  });
});
