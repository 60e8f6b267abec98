import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';
import { crc32 } from 'node:zlib';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('describes our tokens so that a scanner finds and checks them', async () => {
    const owner = await suite.createOwner();
    const { body } = await suite.call('getSecretScanning', { on: 'gateway' });
    const tokens = [owner.pat, owner.session];
    for (const token of tokens) {
      expect(new RegExp(`^${body.pattern}$`).test(token)).toBe(true);
      const types = body.types.filter(({ pattern }: { pattern: string }) => new RegExp(pattern).test(token));
      expect(types).toHaveLength(1);
      // As the description has it: nothing of the suite's own code is used.
      const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
      let text = '';
      for (let rest = crc32(token.slice(0, -body.checksum.length)); rest > 0; rest = Math.floor(rest / 62))
        text = digits[rest % 62] + text;
      expect(token.slice(-body.checksum.length)).toBe(text.padStart(body.checksum.length, '0'));
    }
    expect(body.alerts.url).toMatch(/^https?:\/\/.+\/v1\/secret-scanning\/alerts$/);
  });
});
