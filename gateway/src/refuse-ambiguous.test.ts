import { describe, expect, it } from '@jest/globals';
import { headerFault, targetFault } from './refuse-ambiguous.ts';

describe('the request target', () => {
  it.each([
    '/',
    '/v1/apps/acme-staging',
    '/v1/apps/caf%C3%A9',
    "/a-b._~!$&'()*+,;=:@",
    '/v1/x?limit=1&q=a%20b',
    '/v1/x?path=%2F..%2F&raw=/../a//b[0]|"{}',
    '/v1/apps/...',
    '/v1/apps/.well-known',
    `/${'a'.repeat(8191)}`,
  ])('%.40j passes', (target) => {
    expect(targetFault(target)).toBeUndefined();
  });

  it.each([
    ['absolute form', 'http://evil.example/v1/apps'],
    ['authority form', 'evil.example:443'],
    ['asterisk form', '*'],
    ['empty', ''],
    ['host in path', '//evil.example/v1'],
    ['double slash', '/v1//apps'],
    ['double slash at the end', '/v1/apps//'],
    ['dot segment', '/v1/./apps'],
    ['dot dot segment', '/v1/../internal'],
    ['dot dot at the end', '/v1/..'],
    ['encoded slash', '/v1/apps%2fx'],
    ['encoded slash, upper case', '/v1/apps%2Fx'],
    ['encoded backslash', '/v1/apps%5Cx'],
    ['encoded dot', '/v1/%2e%2e/x'],
    ['encoded NUL', '/v1/apps%00'],
    ['encoded line feed', '/v1/apps%0a'],
    ['encoded DEL', '/v1/apps%7f'],
    ['backslash', '/v1\\apps'],
    ['fragment', '/v1/apps#x'],
    ['space', '/v1/a b'],
    ['tab', '/v1/a\tb'],
    ['raw byte', '/v1/caf\u00e9'],
    ['half an escape', '/v1/apps%2'],
    ['no escape', '/v1/apps%zz'],
    ['overlong UTF-8', '/v1/%c0%ae%c0%ae/x'],
    ['lone surrogate', '/v1/%ed%a0%80'],
    ['half an escape in the query', '/v1/apps?a=%'],
    ['space in the query', '/v1/apps?a=b c'],
    ['fragment in the query', '/v1/apps?a=b#c'],
  ])('%s is refused', (_what, target) => {
    expect(targetFault(target)).toMatchObject({ fault: 'ambiguous-request', status: 400 });
  });

  it('8 KB is the longest', () => {
    expect(targetFault(`/${'a'.repeat(8192)}`)).toMatchObject({ status: 414 });
  });
});

describe('the headers', () => {
  const fault = (headers: string[], version = '1.1') =>
    headerFault(
      headers.flatMap((line) => line.split(': ')),
      version,
    );

  it.each([
    [['Host: localhost:8080']],
    [['host: [::1]:8080', 'Connection: keep-alive']],
    [['Host: api.auth.productcraft.co', 'TE: trailers', 'Connection: TE']],
    [['Host: a', 'Transfer-Encoding: Chunked']],
    [['Host: a', 'Content-Length: 5', 'Accept: a', 'Accept: b', 'Cookie: a', 'Cookie: b']],
    [['Host: a', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x']],
  ])('%j pass', (headers) => {
    expect(fault(headers)).toBeUndefined();
  });

  it.each([
    ['no Host', []],
    ['an empty Host', ['Host: ']],
    ['two Hosts', ['Host: a', 'hOST: a']],
    ['a Host with a path', ['Host: a/b']],
    ['a Host with a user', ['Host: x@a']],
    ['a Host with a list', ['Host: a, b']],
    ['two Authorizations', ['Host: a', 'Authorization: x', 'Authorization: x']],
    ['two API keys', ['Host: a', 'X-Api-Key: x', 'X-API-KEY: y']],
    ['two content types', ['Host: a', 'Content-Type: x', 'Content-Type: y']],
    ['two lengths', ['Host: a', 'Content-Length: 1', 'Content-Length: 1']],
    ['length and chunks', ['Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked']],
    ['two encodings', ['Host: a', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
    ['another encoding', ['Host: a', 'Transfer-Encoding: gzip, chunked']],
    ['another TE', ['Host: a', 'TE: gzip']],
    ['a websocket', ['Host: a', 'Connection: Upgrade', 'Upgrade: websocket']],
    [
      'a Connection that removes the length',
      ['Host: a', 'Content-Length: 1', 'Connection: close, Content-Length'],
    ],
    ['a Connection that removes the host', ['Host: a', 'Connection: host']],
  ])('%s is refused', (_what, headers) => {
    expect(fault(headers)).toMatchObject({ fault: 'ambiguous-request', status: 400 });
  });

  it('HTTP/1.0 has no chunks', () => {
    expect(fault(['Host: a', 'Transfer-Encoding: chunked'], '1.0')).toMatchObject({ status: 400 });
  });

  it('100 headers, and 15 KB with the target, are the most', () => {
    const many = Array.from({ length: 100 }, (_, i) => `X-${i}: y`);
    expect(fault(['Host: a', ...many])).toMatchObject({ status: 431 });
    expect(fault(['Host: a', `X-Long: ${'y'.repeat(15_400)}`])).toMatchObject({ status: 431 });
    const long = ['Host', 'a', 'X-Long', 'y'.repeat(8000)];
    expect(headerFault(long, '1.1', 7000)).toBeUndefined();
    expect(headerFault(long, '1.1', 8000)).toMatchObject({ status: 431 });
    expect(fault(['Host: a', ...many.slice(1)])).toBeUndefined();
  });
});
