import { describe, expect, it } from '@jest/globals';
import { createPasswordHasher } from './password-hasher.ts';
import { normalizePassword, passwordRefusal } from './password-rules.ts';

const ada = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' };

describe('a password is refused when', () => {
  it.each([
    ['it is short', 'short77', /at least 8/],
    ['it has eight characters only before normalization', 'e\u0301'.repeat(4), /at least 8/],
    ['it is long', 'ab'.repeat(513), /at most 1024/],
    ['it is no text', 'lone surrogate \ud800', /Unicode/],
    ['it is common', 'password1', /common/],
    ['it is common, in capitals', 'PASSWORD1', /common/],
    ['it is common in another width', 'ｐａｓｓｗｏｒｄ１', /common/],
    ['it is a walk on the keyboard', 'qwertyuiop', /common/],
    ['it is one character', '🙂'.repeat(8), /repeated/],
    ['it is a sequence', 'abcdefghij', /sequence/],
    ['it is a sequence backwards', '987654321', /sequence/],
    ['it is the address', 'ada.lovelace@example.com', /little more/],
    ['it is the local part and a year', 'Ada.Lovelace1815', /little more/],
    ['it is the name', 'Lovelace-1815!', /little more/],
    ['it is the product', 'ProductCraft2026', /little more/],
  ])('%s', async (_, password, reason) => {
    expect(await passwordRefusal(password, ada)).toMatch(reason);
  });
});

describe('a password is taken', () => {
  it.each([
    ['of eight characters of any kind', 'vjqkzmwx'],
    ['of eight code points beyond the first plane', '🐎🔋🧷🎻🪁🧭🛶🧅'],
    ['with spaces', 'correct horse battery staple'],
    ['that names its owner among much else', 'ada.lovelace rides a violet tram'],
    ['of 1024 characters', 'ab'.repeat(512)],
  ])('%s', async (_, password) => {
    expect(await passwordRefusal(password, ada)).toBeNull();
  });

  it('without knowing whose it is', async () => {
    expect(await passwordRefusal('a-long-secure-passphrase')).toBeNull();
  });
});

describe('normalization', () => {
  it('is NFKC, and neither trims nor folds', () => {
    expect(normalizePassword(' Pässwörd ﬁ ')).toBe(' Pässwörd fi ');
  });

  it('makes the same password of what two keyboards type', async () => {
    const hasher = createPasswordHasher({ pepper: 'p', cost: 4 });
    const stored = await hasher.hash('caf\u00e9 au lait');
    expect(await hasher.verify('cafe\u0301 au lait', stored)).toBe(true);
    expect(await hasher.verify('cafe au lait', stored)).toBe(false);
  });
});
