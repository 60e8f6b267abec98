import { describe, expect, it } from '@jest/globals';
import { checkAddresses, checkUrl, publicTargets, TargetRefused } from './target-policy.ts';

describe('a URL that a caller names', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/a?b=c',
    'https://1.1.1.1/',
    'https://[2606:4700::1]/',
  ])('%s may be asked', (text) => {
    expect(checkUrl(text, publicTargets).protocol).toBe('https:');
  });

  it.each([
    ...[
      'http://example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'example.com',
      '',
    ],
    ...[
      'https://user:pass@example.com/',
      'https://example.com/#a',
      'https://example.com:22/',
      'https://example.com:6379/',
    ],
    ...[
      'https://localhost/',
      'https://a.localhost/',
      'https://intranet/',
      'https://db.internal/',
      'https://x.local/',
    ],
    ...[
      'https://example.com./',
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
    ],
    ...[
      'https://0177.0.0.1/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://169.254.169.254/',
      'https://①②⑦.0.0.1/',
    ],
    ...[`https://example.com/${'a'.repeat(2_100)}`, 'https://[fd00:ec2::254]/', 'https://0/'],
  ])('%s is refused', (text) => {
    expect(() => checkUrl(text, publicTargets)).toThrow(TargetRefused);
  });

  it('is refused when one of its addresses is private', () => {
    expect(() => checkAddresses(['1.1.1.1'], publicTargets)).not.toThrow();
    expect(() => checkAddresses(['1.1.1.1', '10.0.0.1'], publicTargets)).toThrow(TargetRefused);
    expect(() => checkAddresses([], publicTargets)).toThrow(TargetRefused);
  });
});
