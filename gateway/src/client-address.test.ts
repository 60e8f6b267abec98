import { describe, expect, it } from '@jest/globals';
import { createAddressResolver, normalizeAddress, parseTrustedProxies } from './client-address.ts';

describe('normalizeAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:7f00:1', '127.0.0.1'],
    ['::1', '::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', undefined],
    ['', undefined],
    ['127.1', undefined],
    ['1.2.3.4.5', undefined],
  ])('%j is %j', (text, address) => {
    expect(normalizeAddress(text)).toBe(address);
  });
});

describe('the caller behind proxies', () => {
  const resolve = createAddressResolver(parseTrustedProxies('10.0.0.0/8, 2001:db8::/32,192.0.2.7'));
  it.each([
    ['no proxy: the socket', '203.0.113.9', undefined, '203.0.113.9'],
    ['an untrusted peer claims nothing', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['one trusted proxy', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'the rightmost untrusted hop, not what stands left of it',
      '10.0.0.1',
      '1.1.1.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['a chain of trusted proxies', '192.0.2.7', '203.0.113.9, 2001:db8::5, 10.1.1.1', '203.0.113.9'],
    ['only trusted hops: the farthest', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['an unreadable hop: the proxy that reported it', '10.0.0.1', '1.1.1.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['an empty list', '10.0.0.1', '', '10.0.0.1'],
    ['hops with ports', '10.0.0.1', '[2001:dead::1]:443', '2001:dead::1'],
    ['hops with ports, IPv4', '10.0.0.1', '203.0.113.9:5000', '203.0.113.9'],
    ['a peer that is gone', undefined, '1.1.1.1', '0.0.0.0'],
  ])('%s', (_what, peer, forwardedFor, address) => {
    expect(resolve(peer, forwardedFor)).toBe(address);
  });

  it.each(['10.0.0.0/33', 'nonsense', '10.0.0.0/x', '::/129', '10.0.0.1/'])('refuses %j by name', (list) => {
    expect(() => parseTrustedProxies(`127.0.0.1,${list}`)).toThrow(`TRUSTED_PROXIES: ${list}`);
  });
});
