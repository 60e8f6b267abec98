import { describe, expect, it } from '@jest/globals';
import type { Fault } from '@pcft/errors';
import { judgeRow, rememberedSeconds, staleSeconds, type KeyRow } from './judge-row.ts';

const same = { holder: Buffer.from('holder'), fingerprint: Buffer.from('request') };
const otherRequest = { ...same, fingerprint: Buffer.from('other') };
const otherSecret = { holder: Buffer.from('rotated'), fingerprint: Buffer.from('unlike') };
const row = { ...same, claim: 'c', effected: false, answer: null, ageSeconds: 1 } satisfies KeyRow;
const answer = Buffer.from('sealed');

function outcome(found: Partial<KeyRow>, asked = same): string {
  try {
    return judgeRow({ ...row, ...found }, asked).kind;
  } catch (error) {
    return (error as Fault).fault;
  }
}

describe('judgeRow', () => {
  it.each([
    ['the call is under way', {}, same, 'idempotency-key-in-use'],
    ['it took effect and has not answered yet', { effected: true }, same, 'idempotency-key-in-use'],
    ['it has answered', { effected: true, answer }, same, 'replay'],
    ['it had nothing to change and has answered', { answer }, same, 'replay'],
    ['it died before it took effect', { ageSeconds: staleSeconds }, same, 'take'],
    [
      'it died after it took effect',
      { effected: true, ageSeconds: staleSeconds },
      same,
      'idempotency-answer-lost',
    ],
    ['it answered long ago', { effected: true, answer, ageSeconds: rememberedSeconds - 1 }, same, 'replay'],
    ['it answered a day ago', { effected: true, answer, ageSeconds: rememberedSeconds }, same, 'take'],
    ['another request is under way', {}, otherRequest, 'idempotency-key-reused'],
    ['another request has answered', { effected: true, answer }, otherRequest, 'idempotency-key-reused'],
    ['another request died', { ageSeconds: staleSeconds }, otherRequest, 'idempotency-key-reused'],
    ['it answered to a former secret', { effected: true, answer }, otherSecret, 'idempotency-answer-lost'],
    ['it is under way with a former secret', {}, otherSecret, 'idempotency-key-in-use'],
    ['it died with a former secret', { ageSeconds: staleSeconds }, otherSecret, 'take'],
  ] as const)('when %s', (_, found, asked, expected) => {
    expect(outcome(found, asked)).toBe(expected);
  });

  it.each([
    [0.1, '1'],
    [1.9, '1'],
    [3, '7'],
    [9.5, '1'],
  ])('a call that is %s s old may be asked for again in %s s', (ageSeconds, seconds) => {
    try {
      judgeRow({ ...row, ageSeconds }, same);
    } catch (error) {
      expect((error as Fault).headers['Retry-After']).toBe(seconds);
      return;
    }
    throw new Error('was not refused');
  });
});
