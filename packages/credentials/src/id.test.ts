import { describe, expect, it } from '@jest/globals';
import { decodeTime } from 'ulid';
import { bareUlid, createId, ID_PREFIXES, isId, isUlid, toId } from './index.ts';

const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('createId', () => {
  it.each(ID_PREFIXES)('makes ids with the prefix %s', (prefix) => {
    const id = createId(prefix);
    expect(isId(prefix, id)).toBe(true);
    expect(bareUlid(id)).toBe(id.slice(prefix.length));
  });

  it('makes different ids that carry their time', () => {
    const before = Date.now();
    const ids = Array.from({ length: 20_000 }, () => createId('aud_'));
    expect(new Set(ids).size).toBe(ids.length);
    const time = decodeTime(bareUlid(ids[0] as string));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    // The pool of random bytes is refilled, not used again: every place takes all 32 characters.
    for (let place = 14; place < 30; place++) expect(new Set(ids.map((id) => id[place])).size).toBe(32);
  });
});

describe('isId', () => {
  it.each([
    '',
    'acc_',
    ULID,
    `ws_${ULID}`,
    `acc_${ULID}0`,
    `acc_${ULID.slice(1)}`,
    `acc_${ULID.toLowerCase()}`,
    `acc_8${ULID.slice(1)}`,
    `acc_${ULID.slice(0, -1)}I`,
    `acc_${ULID}\n`,
    ` acc_${ULID}`,
  ])('refuses %j', (text) => {
    expect(isId('acc_', text)).toBe(false);
  });
});

describe('toId', () => {
  it('takes the full id and the bare ULID', () => {
    expect(toId('ws_', `ws_${ULID}`)).toBe(`ws_${ULID}`);
    expect(toId('ws_', ULID)).toBe(`ws_${ULID}`);
    expect(isUlid(ULID)).toBe(true);
  });

  it.each(['', 'slug', `acc_${ULID}`, `${ULID}x`])('refuses %j', (text) => {
    expect(toId('ws_', text)).toBeNull();
  });
});
