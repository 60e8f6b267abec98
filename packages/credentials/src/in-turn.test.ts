import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { InTurn } from './in-turn.ts';

describe('InTurn', () => {
  it('does one after the other under a key, also after one that failed, and others beside it', async () => {
    const inTurn = new InTurn();
    const said: string[] = [];
    const work =
      (name: string, ms: number, fail = false) =>
      async () => {
        said.push(`${name} begins`);
        await sleep(ms);
        said.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      };
    const all = await Promise.allSettled([
      inTurn.run('a', work('first', 30, true)),
      inTurn.run('a', work('second', 1)),
      inTurn.run('b', work('other', 1)),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(said.indexOf('second begins')).toBeGreaterThan(said.indexOf('first ends'));
    expect(said.indexOf('other ends')).toBeLessThan(said.indexOf('first ends'));
  });
});
