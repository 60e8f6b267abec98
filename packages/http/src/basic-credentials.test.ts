import { describe, expect, it } from '@jest/globals';
import { readBasicCredentials } from './basic-credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('HTTP Basic of a client', () => {
  it.each([
    [basic('svc_1:sk_live_x'), { id: 'svc_1', secret: 'sk_live_x' }],
    [basic('a%3Ab:c+d%25'), { id: 'a:b', secret: 'c d%' }],
    [basic('id:'), { id: 'id', secret: '' }],
    [basic('id:a:b'), { id: 'id', secret: 'a:b' }],
    [basic('id:x').replace('Basic', 'basic'), { id: 'id', secret: 'x' }],
  ])('%s', (header, read) => {
    expect(readBasicCredentials(header)).toEqual(read);
  });

  it.each([undefined, '', 'Bearer x', 'Basically no'])('%j is none', (header) => {
    expect(readBasicCredentials(header)).toBeNull();
  });

  it.each([
    'Basic',
    'Basic ',
    'Basic !!',
    basic('no colon'),
    basic(':secret'),
    basic('id:%zz'),
    `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`,
    basic(`id:${'x'.repeat(2_000)}`),
  ])('%s is malformed', (header) => {
    expect(readBasicCredentials(header)).toBe('malformed');
  });
});
