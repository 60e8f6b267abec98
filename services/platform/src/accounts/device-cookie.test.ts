import { describe, expect, it } from '@jest/globals';
import { DeviceCookies } from './device-cookie.ts';

const cookies = new DeviceCookies(Buffer.alloc(32, 1));
const at = Date.UTC(2026, 0, 1);
const valueOf = (header: string) => /^pcft_device=([^;]+)/.exec(header)?.[1] ?? '';
const issued = valueOf(cookies.remember(null, 'ada@example.com', false, at));

describe('the device cookie', () => {
  it('is out of reach of scripts, and goes to sign-in only', () => {
    expect(cookies.remember(null, 'ada@example.com', true, at)).toMatch(
      /; HttpOnly; SameSite=Lax; Path=\/api\/auth; Max-Age=15552000; Secure$/,
    );
  });

  it('is good for its account in any case, and for no other', () => {
    expect(cookies.deviceOf(issued, 'ADA@example.com', at)).toBe(issued.split('~')[0]);
    expect(cookies.deviceOf(issued, 'eve@example.com', at)).toBeNull();
  });

  it('names nobody', () => {
    expect(issued).not.toMatch(/ada|example/);
  });

  it('cannot be made without the key, stretched or combined', () => {
    const [device = '', entry = ''] = issued.split('~');
    const [time = '', signature = ''] = entry.split('.');
    const later = (at + 1).toString(36);
    for (const forged of [
      `${device}~${later}.${signature}`,
      `${'A'.repeat(22)}~${time}.${signature}`,
      `${device}~${time}.${'A'.repeat(43)}`,
      device,
      '',
      `${issued}~`,
      `${issued}; x`,
    ])
      expect(cookies.deviceOf(forged, 'ada@example.com', at)).toBeNull();
    const other = new DeviceCookies(Buffer.alloc(32, 2));
    expect(other.deviceOf(issued, 'ada@example.com', at)).toBeNull();
  });

  it('ends after half a year', () => {
    const day = 24 * 60 * 60 * 1000;
    expect(cookies.deviceOf(issued, 'ada@example.com', at + 179 * day)).not.toBeNull();
    expect(cookies.deviceOf(issued, 'ada@example.com', at + 181 * day)).toBeNull();
  });

  it('remembers the last five accounts of a browser, under one device', () => {
    let value = issued;
    for (let i = 1; i <= 4; i++)
      value = valueOf(cookies.remember(value, `u${String(i)}@example.com`, false, at));
    expect(cookies.deviceOf(value, 'ada@example.com', at)).toBe(issued.split('~')[0]);
    value = valueOf(cookies.remember(value, 'u5@example.com', false, at));
    expect(cookies.deviceOf(value, 'ada@example.com', at)).toBeNull();
    expect(cookies.deviceOf(value, 'u1@example.com', at)).toBe(issued.split('~')[0]);
    const again = valueOf(cookies.remember(value, 'u5@example.com', false, at + 1));
    expect(again.split('~')).toHaveLength(6);
    expect(cookies.deviceOf(again, 'u1@example.com', at)).not.toBeNull();
  });
});
