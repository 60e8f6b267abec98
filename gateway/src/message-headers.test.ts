import { describe, expect, it } from '@jest/globals';
import { publicHeaders, stripClaims } from './message-headers.ts';

describe("a caller's headers", () => {
  it('lose every claim about who is calling and from where', () => {
    const headers: Record<string, string> = {
      host: 'localhost',
      authorization: 'Bearer x',
      'x-api-key': 'k',
      'content-length': '3',
      cookie: 'a=b',
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-host': 'evil',
      x_forwarded_for: '1.1.1.1',
      forwarded: 'for=1.1.1.1',
      via: '1.1 x',
      'x-real-ip': '1.1.1.1',
      'x-client-address': '1.1.1.1;1;x',
      'x-internal-user': 'root',
      'x-service-token': 't',
      'x-service': 'platform',
      'x-original-url': '/internal',
      'x-http-method-override': 'DELETE',
      'proxy-authorization': 'x',
      te: 'trailers',
      expect: '100-continue',
      'x-servicedesk': 'kept',
    };
    stripClaims(headers);
    expect(Object.keys(headers)).toEqual([
      'host',
      'authorization',
      'x-api-key',
      'content-length',
      'cookie',
      'x-servicedesk',
    ]);
  });

  it('lose what Connection names', () => {
    const headers: Record<string, string> = { connection: 'close, X-Mine', 'x-mine': '1', 'x-other': '2' };
    stripClaims(headers);
    expect(headers).toEqual({ 'x-other': '2' });
  });
});

describe("a service's headers", () => {
  it('keep what is for the caller, repeated ones apart, and lose what names the inside', () => {
    const raw = [
      ['Content-Type', 'application/json'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-RateLimit-Limit', '100'],
      ['X-Powered-By', 'Express'],
      ['Server', 'x'],
      ['X-Internal-Host', 'db-1'],
      ['X-Request-Id', 'forged'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'keep-alive, X-Hop'],
      ['X-Hop', '1'],
      ['Keep-Alive', 'timeout=5'],
      ['Location', 'http://127.0.0.1:4001/v1/x?y=1'],
    ].flat();
    expect(publicHeaders(raw, ['http://127.0.0.1:4001'])).toEqual(
      [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-RateLimit-Limit', '100'],
        ['Location', '/v1/x?y=1'],
      ].flat(),
    );
  });

  it('leave other origins in Location alone', () => {
    const raw = ['Location', 'http://127.0.0.1:40011/x'];
    expect(publicHeaders(raw, ['http://127.0.0.1:4001'])).toEqual(raw);
  });
});
