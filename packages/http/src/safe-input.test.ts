import { describe, expect, it } from '@jest/globals';
import type { Fault } from '@pcft/errors';
import { assertSafe } from './safe-input.ts';

function findingIn(value: unknown): { field: string; reason: string } | null {
  try {
    assertSafe(value, 'body');
    return null;
  } catch (error) {
    return (error as Fault).details[0] ?? null;
  }
}

describe('assertSafe', () => {
  it('lets ordinary input through, emoji and all', () => {
    expect(findingIn({ name: 'Ünïcødé 🙂', list: [1, null, true, { deep: 'x' }] })).toBeNull();
  });

  it.each([
    [{ name: 'a\0b' }, 'name', 'must not contain NUL'],
    [{ list: ['ok', 'a\0'] }, 'list[1]', 'must not contain NUL'],
    [{ name: '\ud800' }, 'name', 'must be well-formed Unicode'],
    [{ metadata: { deep: '\udc00x' } }, 'metadata.deep', 'must be well-formed Unicode'],
    [JSON.parse('{"__proto__":{"admin":true}}'), 'body', 'must not have a field __proto__'],
    [JSON.parse('{"metadata":{"constructor":1}}'), 'metadata', 'must not have a field constructor'],
    [JSON.parse('{"a\\u0000b":1}'), 'body', 'must not contain NUL'],
  ])('refuses %j', (value, field, reason) => {
    expect(findingIn(value)).toEqual({ field, reason });
  });

  it('refuses nesting no schema has, however deep, without overflowing the stack', () => {
    const deep: unknown = JSON.parse('['.repeat(5000) + ']'.repeat(5000));
    expect(findingIn(deep)?.reason).toBe('is nested too deeply');
  });
});
