import { describe, expect, it } from '@jest/globals';
import { addressSubject } from './address-subject.ts';

describe('addressSubject', () => {
  it.each([
    ['203.0.113.7', 'ip:203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', 'ip:2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', 'ip:2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', 'ip:2001:db8:1:2::/64'],
    ['2001:db8::1', 'ip:2001:db8:0:0::/64'],
    ['::1', 'ip:0:0:0:0::/64'],
  ])('counts %s as %s', (address, subject) => {
    expect(addressSubject(address)).toBe(subject);
  });
});
