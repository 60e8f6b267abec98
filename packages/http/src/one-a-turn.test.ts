import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { OneATurn } from './one-a-turn.ts';

describe('calls that begin one a turn', () => {
  it('begin at once where no other came, also after a burst', async () => {
    const turns = new OneATurn();
    for (let burst = 0; burst < 2; burst++) {
      let begun = false;
      void turns.begin().then(() => (begun = true));
      await Promise.resolve();
      expect(begun).toBe(true);
      await nextTurn();
      await nextTurn();
    }
  });

  it('begin in the order in which they came, and let others in between', async () => {
    const turns = new OneATurn();
    const seen: string[] = [];
    const others = (left: number): void => {
      seen.push('other');
      if (left > 1) setImmediate(others, left - 1);
    };
    setImmediate(others, 4);
    for (let call = 1; call <= 4; call++) void turns.begin().then(() => seen.push(`call ${String(call)}`));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(seen).toEqual(['call 1', 'other', 'call 2', 'other', 'call 3', 'other', 'call 4', 'other']);
  });
});
