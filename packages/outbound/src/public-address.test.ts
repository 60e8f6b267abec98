import { describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './public-address.ts';

describe('an address', () => {
  it.each(['1.1.1.1', '8.8.8.8', '203.0.114.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    (text) => {
      expect(isPublicAddress(text)).toBe(true);
    },
  );

  it.each([
    ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...[
      '169.254.169.254',
      '100.64.0.1',
      '192.0.0.1',
      '192.0.2.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
    ],
    ...['224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
    ...[
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::1',
      '2002:7f00:1::',
      '2001::1',
      '2001:db8::1',
      '100::1',
      '4000::1',
      'fec0::1',
    ],
    ...['fe80::1%eth0', '', 'localhost', '127.1', '0x7f.1', '2130706433', '1.1.1.1.1'],
  ])('%s is not', (text) => {
    // Short and odd spellings are not addresses here: URL writes them out before anybody asks.
    expect(isPublicAddress(text)).toBe(false);
  });
});
