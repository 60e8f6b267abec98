import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FewATurn } from './few-a-turn.ts';

describe('calls that begin a few a turn', () => {
  it('begin at once where no others came, also after a burst', async () => {
    const turns = new FewATurn();
    for (let burst = 0; burst < 2; burst++) {
      let begun = 0;
      for (let call = 0; call < 4; call++) void turns.begin().then(() => begun++);
      await Promise.resolve();
      expect(begun).toBe(4);
      void turns.begin().then(() => begun++);
      await Promise.resolve();
      expect(begun).toBe(4);
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      expect(begun).toBe(5);
    }
  });

  it('begin in the order in which they came, and let others in between', async () => {
    const turns = new FewATurn();
    const seen: string[] = [];
    const others = (left: number): void => {
      seen.push('other');
      if (left > 1) setImmediate(others, left - 1);
    };
    setImmediate(others, 3);
    for (let call = 0; call < 10; call++) void turns.begin().then(() => seen.push(String(call)));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(seen.join(' ')).toBe('0 1 2 3 other 4 5 6 7 other 8 9 other');
  });

  it('begin behind those that wait already', async () => {
    const turns = new FewATurn();
    const seen: number[] = [];
    const begin = (call: number) => void turns.begin().then(() => seen.push(call));
    for (let call = 0; call < 9; call++) begin(call);
    await nextTurn();
    begin(9);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
