import { describe, expect, it } from '@jest/globals';
import { deviceOf } from './device-of.ts';

describe('the device of a session', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      { label: 'Firefox on Linux', browser: 'Firefox', os: 'Linux', type: 'desktop' },
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      { label: 'Safari on iOS', browser: 'Safari', os: 'iOS', type: 'mobile' },
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      { label: 'Microsoft Edge on Windows', type: 'desktop' },
    ],
    ['curl/8.5.0', { label: 'curl', os: null, type: 'unknown' }],
    ['', { label: 'Unknown device', browser: null }],
    ['\u0007<script>', { label: 'Unknown device' }],
  ])('of %s', (userAgent, device) => {
    expect(deviceOf(userAgent)).toMatchObject(device);
  });

  it('is unknown without a header', () => {
    expect(deviceOf(null).label).toBe('Unknown device');
  });
});
