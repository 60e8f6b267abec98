import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSecrets } from './secrets.ts';

describe('secrets of a data directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pcft-secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are made once, readable by their owner only', () => {
    const made = loadSecrets(folder, ['platform'], ['platform']);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(loadSecrets(folder, ['platform'], ['platform'])).toEqual(made);
  });

  it('are 32 bytes each, and no two alike', () => {
    const values = flatten(loadSecrets(folder, ['platform', 'audit'], ['platform', 'audit']));
    for (const value of values) expect(Buffer.from(value, 'base64').length).toBe(32);
    expect(new Set(values).size).toBe(values.length);
  });

  it('keep what they are when a new service brings new ones', () => {
    const before = loadSecrets(folder, ['platform'], ['platform']);
    const after = loadSecrets(folder, ['platform', 'projects'], ['platform', 'projects']);
    expect(after.databasePasswords).toMatchObject(before.databasePasswords);
    expect(after.databasePasswords['projects']).toBeDefined();
    expect(after.peppers).toEqual(before.peppers);
  });

  it('are never replaced when the file is damaged', () => {
    writeFileSync(join(folder, 'secrets.json'), '{"redisPassword":');
    expect(() => loadSecrets(folder, [], [])).toThrow(SyntaxError);
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"redisPassword":');
  });
});

function flatten(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(flatten);
}
