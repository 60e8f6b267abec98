import { describe, expect, it } from '@jest/globals';
import { parseNatsUrl } from './nats-url.ts';

describe('parseNatsUrl', () => {
  it('takes user and password out of the address', () => {
    expect(parseNatsUrl('nats://pcft:p%40ss%2Fword@127.0.0.1:4222')).toEqual({
      servers: ['nats://127.0.0.1:4222'],
      user: 'pcft',
      pass: 'p@ss/word',
    });
  });

  it('takes a list, with or without credentials', () => {
    expect(parseNatsUrl('nats://a:1, nats://u:p@b:2')).toEqual({
      servers: ['nats://a:1', 'nats://b:2'],
      user: 'u',
      pass: 'p',
    });
    expect(parseNatsUrl('nats://a:1')).toEqual({ servers: ['nats://a:1'] });
  });

  it('keeps TLS', () => {
    expect(parseNatsUrl('tls://nats.example:4222').servers).toEqual(['tls://nats.example:4222']);
  });
});
