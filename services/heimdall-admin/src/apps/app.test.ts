import { describe, expect, it } from '@jest/globals';
import { chosenName } from './app.ts';

describe('chosenName', () => {
  it.each([
    [{ name: 'acme-corp' }, 'name'],
    [{ slug: 'acme-corp' }, 'slug'],
    [{ name: 'acme-corp', slug: 'acme-corp' }, 'name'],
  ])('takes %j', (input, spelling) => {
    expect(chosenName(input)).toEqual({ name: 'acme-corp', spelling });
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
