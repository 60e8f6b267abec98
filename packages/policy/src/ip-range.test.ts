import { describe, expect, it } from '@jest/globals';
import { canonicalIpRange, ipRangeCovers } from './ip-range.ts';

describe('canonicalIpRange', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:c000:207/128', '192.0.2.7'],
    ['0:0:0:0:0:ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
  ])('%s is kept as %s', (written, kept) => {
    expect(canonicalIpRange(written)).toBe(kept);
    expect(ipRangeCovers(kept, written.replace(/\/.*/, ''))).toBe(true);
  });

  it.each([
    '10.0.0.0/33',
    '::ffff:10.0.0.0/95',
    '2001:db8::/129',
    '10.0.0',
    'localhost',
    '',
    '1.2.3.4/',
    '::1%lo',
  ])('is nothing for %j', (text) => expect(canonicalIpRange(text)).toBeNull());
});
