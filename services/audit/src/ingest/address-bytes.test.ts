import { describe, expect, it } from '@jest/globals';
import { addressBytes } from './address-bytes.ts';

const hex = (address: string): string => Buffer.from(addressBytes(address)).toString('hex');

describe('addressBytes', () => {
  it.each([
    ['0.0.0.0', '00000000'],
    ['192.0.2.255', 'c00002ff'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['2001:db8::', `20010db8${'0'.repeat(24)}`],
    ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
    ['1::8', `0001${'0'.repeat(24)}0008`],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:192.0.2.1', `${'0'.repeat(20)}ffffc0000201`],
    ['64:ff9b::192.0.2.33', `0064ff9b${'0'.repeat(16)}c0000221`],
    ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
  ])('reads %s', (address, bytes) => {
    expect(hex(address)).toBe(bytes);
  });
});
