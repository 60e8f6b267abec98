import { describe, expect, it } from '@jest/globals';
import { limitNames, planCatalogue, planNamed, planNames, plans, rateMultiplier } from './index.ts';

describe('the plans', () => {
  it('never give less than the smaller one', () => {
    for (const [i, name] of planNames.entries()) {
      const smaller = planNames[i - 1];
      if (smaller === undefined) continue;
      for (const limit of limitNames)
        expect(plans[name].limits[limit]).toBeGreaterThanOrEqual(plans[smaller].limits[limit]);
      expect(plans[name].features).toEqual(expect.arrayContaining([...plans[smaller].features]));
      expect(rateMultiplier(name, 'admin')).toBeGreaterThanOrEqual(rateMultiplier(smaller, 'admin'));
    }
  });

  it('give custom keys to business alone, as seed 004 says', () => {
    expect(planNames.filter((name) => plans[name].features.includes('custom_keys'))).toEqual(['business']);
  });

  it('leave the documents’ figures to free, and classes counted by address to everybody', () => {
    expect(rateMultiplier('free', 'admin')).toBe(1);
    expect(rateMultiplier('business', 'sign-in')).toBe(1);
    expect(rateMultiplier('business', 'constructor')).toBe(1);
  });

  it('take an unknown name for the smallest', () => {
    expect(['pro', 'galactic', undefined].map(planNamed)).toEqual(['pro', 'free', 'free']);
  });
});

describe('PLAN_LIMITS', () => {
  it('changes what it names and nothing else', () => {
    const changed = planCatalogue('free.members=2,free.custom_roles=1,business.access_tokens=0');
    expect(changed.free.limits).toEqual({ ...plans.free.limits, members: 2, custom_roles: 1 });
    expect(changed.free.features).toEqual(['custom_roles']);
    expect(changed.business.limits.access_tokens).toBe(0);
    expect(changed.pro).toEqual(plans.pro);
    expect(planCatalogue('')).toEqual(plans);
  });

  it.each([
    'free',
    'free.members',
    'free.members=-1',
    'gold.members=1',
    'free.__proto__=1',
    'free.members=1;',
  ])('refuses %s', (text) => expect(() => planCatalogue(text)).toThrow(TypeError));
});
