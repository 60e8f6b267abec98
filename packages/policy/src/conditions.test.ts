import { describe, expect, it } from '@jest/globals';
import { ipRangeCovers, isIpRange, unmetCondition, validateConditions } from './index.ts';

describe('ipRangeCovers', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.1.2.3/8', '10.9.9.9'],
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0/0', '203.0.113.9'],
    ['192.0.2.128/25', '192.0.2.255'],
    ['2001:db8::/32', '2001:db8:ffff::1'],
    ['2001:db8::1', '2001:DB8:0:0:0:0:0:1'],
    ['::/0', 'fe80::1'],
    ['10.0.0.0/8', '::ffff:10.0.0.1'],
    ['::ffff:10.0.0.0/104', '10.3.2.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s covers %s', (range, ip) => {
    expect(ipRangeCovers(range, ip)).toBe(true);
  });

  it.each([
    ['10.0.0.0/8', '11.0.0.1'],
    ['192.0.2.128/25', '192.0.2.127'],
    ['2001:db8::/33', '2001:db8:8000::1'],
    ['::/0', '10.0.0.1'],
    ['0.0.0.0/0', '::1'],
    ['10.0.0.0/8', ''],
    ['10.0.0.0/8', '10.0.0'],
    ['10.0.0.0/8', '10.0.0.1%eth0'],
    ['', '10.0.0.1'],
  ])('%j does not cover %j', (range, ip) => {
    expect(ipRangeCovers(range, ip)).toBe(false);
  });

  it.each([
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '1.2.3.4/08',
  ])('%s is no range', (text) => {
    expect(isIpRange(text)).toBe(false);
  });

  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    '::1/129',
    '::ffff:1.2.3.4/95',
    '1.2.3.4::',
    'g::',
    `${'0:'.repeat(60)}1`,
  ])('%s is no range', (text) => {
    expect(isIpRange(text)).toBe(false);
  });
});

describe('unmetCondition', () => {
  const at = new Date('2026-11-22T10:00:00Z');

  it('is null without conditions', () => {
    expect(unmetCondition(null, '', at)).toBeNull();
    expect(unmetCondition({}, '', at)).toBeNull();
  });

  it('needs one range that covers the address; an empty list admits nobody', () => {
    expect(unmetCondition({ ip: ['10.0.0.0/8', '192.0.2.7'] }, '192.0.2.7', at)).toBeNull();
    expect(unmetCondition({ ip: ['10.0.0.0/8'] }, '192.0.2.7', at)).toBe('ip');
    expect(unmetCondition({ ip: [] }, '192.0.2.7', at)).toBe('ip');
    expect(unmetCondition({ ip: ['nonsense'] }, '192.0.2.7', at)).toBe('ip');
  });

  it('includes both ends of the time', () => {
    const time = '2026-11-22T10:00:00Z';
    expect(unmetCondition({ not_before: time, not_after: time }, '', at)).toBeNull();
    expect(unmetCondition({ not_before: '2026-11-22T10:00:00.001Z' }, '', at)).toBe('not-before');
    expect(unmetCondition({ not_after: '2026-11-22T09:59:59.999Z' }, '', at)).toBe('not-after');
    expect(unmetCondition({ not_before: '2026-11-22T12:30:00+02:00' }, '', at)).toBe('not-before');
  });

  it.each(['', 'soon', '2026-11-22', '2026-11-22T10:00:00', '2026-13-01T00:00:00Z'])(
    'denies at the time %j',
    (time) => {
      expect(unmetCondition({ not_before: time }, '', at)).toBe('not-before');
      expect(unmetCondition({ not_after: time }, '', at)).toBe('not-after');
    },
  );
});

describe('validateConditions', () => {
  it('accepts what unmetCondition can read', () => {
    const conditions = {
      ip: ['10.0.0.0/8', '::1'],
      not_before: '2026-01-01T00:00:00Z',
      not_after: '2026-01-02T00:00Z',
    };
    expect(validateConditions(conditions)).toEqual([]);
  });

  it('names every fault', () => {
    const fields = validateConditions({ ip: ['::1', 'x'], not_before: 'x', not_after: '2026-02-30' });
    expect(fields.map(({ field }) => field)).toEqual([
      'conditions.ip[1]',
      'conditions.not_before',
      'conditions.not_after',
    ]);
    expect(validateConditions({ ip: [] }).map(({ field }) => field)).toEqual(['conditions.ip']);
    const backwards = { not_before: '2026-01-02T00:00:00Z', not_after: '2026-01-01T00:00:00Z' };
    expect(validateConditions(backwards).map(({ field }) => field)).toEqual(['conditions.not_after']);
  });
});
