import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { assertSameSite } from './cross-site.ts';

const publicUrl = 'https://suite.example';

function passes(method: string, headers: Record<string, string>): boolean {
  try {
    assertSameSite({ method, headers } as unknown as IncomingMessage, publicUrl);
    return true;
  } catch {
    return false;
  }
}

describe('assertSameSite', () => {
  it.each([
    ['no browser at all', 'POST', {}, true],
    ['the public origin', 'POST', { origin: 'https://suite.example' }, true],
    [
      'the host that was asked, under another name',
      'POST',
      { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' },
      true,
    ],
    ['another site', 'POST', { origin: 'https://evil.example', host: 'suite.example' }, false],
    ['an opaque origin', 'POST', { origin: 'null', host: 'suite.example' }, false],
    [
      'a sibling of the public host',
      'DELETE',
      { origin: 'https://evil.suite.example', host: 'suite.example' },
      false,
    ],
    ['what the browser calls cross-site', 'POST', { 'sec-fetch-site': 'cross-site' }, false],
    ['what the browser calls same-site', 'POST', { 'sec-fetch-site': 'same-site' }, false],
    ['what the browser calls same-origin', 'POST', { 'sec-fetch-site': 'same-origin' }, true],
    ['a read from anywhere', 'GET', { origin: 'https://evil.example' }, true],
  ])('%s', (_name, method, headers, expected) => {
    expect(passes(method, headers as unknown as Record<string, string>)).toBe(expected);
  });
});
