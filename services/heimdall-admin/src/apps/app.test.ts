import { describe, expect, it } from '@jest/globals';
import { chosenName } from './app.ts';

describe('chosenName', () => {
  it.each([
    [{ name: 'acme-corp' }, 'acme-corp'],
    [{ slug: 'acme-corp' }, 'acme-corp'],
    [{ name: 'acme-corp', slug: 'acme-corp' }, 'acme-corp'],
  ])('takes %j', (input, name) => {
    expect(chosenName(input)).toBe(name);
  });

  it('asks for one of the two', () => {
    expect(() => chosenName({})).toThrow(
      expect.objectContaining({ status: 400, details: [{ field: 'name', reason: 'required' }] }),
    );
  });

  it('refuses two that differ', () => {
    expect(() => chosenName({ name: 'acme', slug: 'acme-corp' })).toThrow(
      expect.objectContaining({ status: 400, details: [{ field: 'slug', reason: 'differs from name' }] }),
    );
  });
});
