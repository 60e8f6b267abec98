import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { readStackFile } from '@pcft/testing';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { createKeyVault } from '../../src/signing-keys/key-vault.ts';
import { createPrismaSigningKeyStore } from '../../src/signing-keys/prisma-signing-key-store.ts';
import { createSigningKeys } from '../../src/signing-keys/signing-keys.ts';

let prisma: PrismaClient;
const vault = createKeyVault(randomBytes(32));

/** As a process of its own would have it: nothing is common but the database. */
const process_ = () =>
  createSigningKeys({
    store: createPrismaSigningKeyStore(prisma),
    vault,
    onError: (error) => {
      throw error;
    },
  });

beforeAll(() => {
  const url = readStackFile().urls.database['tokens'] ?? '';
  prisma = new PrismaClient({ adapter: createPrismaAdapter({ url, applicationName: 'signing-keys test' }) });
});
afterAll(() => prisma.$disconnect());

describe('the key of an app', () => {
  it('is one, however many processes make it at once', async () => {
    const appId = createId('app_');
    const kids = await Promise.all(
      Array.from({ length: 6 }, () => process_()).flatMap((keys) => [
        keys.signing(appId),
        keys.signing(appId),
      ]),
    ).then((signing) => signing.map(({ kid }) => kid));
    expect(new Set(kids).size).toBe(1);
    expect(await prisma.signingKey.count({ where: { appId } })).toBe(1);
  });

  it('is found under its app only', async () => {
    const [appId, other] = [createId('app_'), createId('app_')];
    const keys = process_();
    const { kid } = await keys.signing(appId);
    expect(await keys.verifying(appId, kid)).not.toBeNull();
    expect(await keys.verifying(other, kid)).toBeNull();
  });

  it('verifies while it retires, and not after', async () => {
    const appId = createId('app_');
    const keys = process_();
    const { kid } = await keys.signing(appId);
    const retire = (notAfter: Date) =>
      prisma.signingKey.update({ where: { kid }, data: { status: 'retiring', notAfter } });
    await retire(new Date(Date.now() + 60_000));
    expect(await keys.verifying(appId, kid)).not.toBeNull();
    const { kid: next } = await keys.signing(appId);
    expect(next).not.toBe(kid);
    await retire(new Date(Date.now() - 1));
    expect(await keys.verifying(appId, kid)).toBeNull();
    expect(await keys.verifying(appId, next)).not.toBeNull();
  });

  it('is not readable in the database, and of no use under another secret', async () => {
    const appId = createId('app_');
    const { kid } = await process_().signing(appId);
    const row = await prisma.signingKey.findUniqueOrThrow({ where: { kid } });
    expect(Buffer.from(row.privateKey).includes(Buffer.from('300d06092a864886f70d010101', 'hex'))).toBe(
      false,
    );
    expect(Object.keys(row.publicJwk as object).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const stranger = createSigningKeys({
      store: createPrismaSigningKeyStore(prisma),
      vault: createKeyVault(randomBytes(32)),
      onError: () => undefined,
    });
    await expect(stranger.signing(appId)).rejects.toThrow();
  });
});
