import { describe, expect, it } from '@jest/globals';
import { invalidationAckFrom, invalidationPushFrom } from './invalidation-subjects.ts';

describe('messages of the invalidation log', () => {
  const push = { epoch: 'e', n: 3, kind: 'member', id: 'acc_1:ws_1' };

  it('are read with the known fields only', () => {
    expect(invalidationPushFrom({ ...push, extra: true })).toEqual(push);
    expect(invalidationAckFrom({ holder: 'lh_1', n: 3, extra: true })).toEqual({ holder: 'lh_1', n: 3 });
  });

  it.each([
    null,
    'x',
    {},
    { ...push, n: '3' },
    { ...push, kind: 'rumour' },
    { ...push, id: 1 },
    { ...push, epoch: 0 },
  ])('count as lost when malformed: %j', (message) => expect(invalidationPushFrom(message)).toBeNull());

  it.each([null, 'x', {}, { holder: 'lh_1' }, { holder: 'lh_1', n: 1.5 }, { n: 1 }])(
    'are no acknowledgement when malformed: %j',
    (message) => expect(invalidationAckFrom(message)).toBeNull(),
  );
});
