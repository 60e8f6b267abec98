import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signClientAddress, verifyClientAddress } from './index.ts';

const secret = 'an edge secret';
const at = 1_795_341_600_000;
const request = { method: 'GET', path: '/v1/workspaces?limit=1', now: at };
const value = signClientAddress(secret, { ip: '203.0.113.9', at, method: 'get', path: request.path });

describe('signClientAddress', () => {
  it('is ip;ms;HMAC over ip|ms|METHOD|path', () => {
    const mac = createHmac('sha256', secret)
      .update(`203.0.113.9|${at}|GET|/v1/workspaces?limit=1`)
      .digest('base64url');
    expect(value).toBe(`203.0.113.9;${at};${mac}`);
  });

  it('signs addresses only, and only with a secret', () => {
    expect(() => signClientAddress(secret, { ip: 'localhost', at, method: 'GET', path: '/' })).toThrow(
      TypeError,
    );
    expect(() => signClientAddress('', { ip: '::1', at, method: 'GET', path: '/' })).toThrow(TypeError);
  });
});

describe('verifyClientAddress', () => {
  it.each(['203.0.113.9', '2001:db8::1', '::ffff:10.0.0.1'])('returns %s as signed', (ip) => {
    const signed = signClientAddress(secret, { ip, at, method: 'GET', path: request.path });
    expect(verifyClientAddress(secret, signed, request)).toBe(ip);
  });

  it.each([
    ['another secret', 'not the secret', value, request],
    ['another method', secret, value, { ...request, method: 'DELETE' }],
    ['another path', secret, value, { ...request, path: '/v1/workspaces' }],
    ['another address', secret, value.replace('203', '204'), request],
    ['another time', secret, value.replace(String(at), String(at + 1)), request],
    ['a cut signature', secret, value.slice(0, -1), request],
    ['no signature', secret, `203.0.113.9;${at};`, request],
    ['more parts', secret, `${value};x`, request],
    ['nothing', secret, '', request],
    ['no address', secret, `x;${at};x`, request],
    ['a time that is no number', secret, `203.0.113.9;1e3;x`, request],
  ])('refuses %s', (_, key, text, asked) => {
    expect(verifyClientAddress(key, text, asked)).toBeNull();
  });

  it.each([
    [60_000, '203.0.113.9'],
    [60_001, null],
    [-60_000, '203.0.113.9'],
    [-60_001, null],
  ])('at an age of %d ms returns %s', (age, ip) => {
    expect(verifyClientAddress(secret, value, { ...request, now: at + age })).toBe(ip);
  });
});
