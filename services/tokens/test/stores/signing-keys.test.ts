import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { createKeyVault } from '../../src/signing-keys/key-vault.ts';
import { createPrismaSigningKeyStore } from '../../src/signing-keys/prisma-signing-key-store.ts';
import { createSigningKeys, verifySeconds } from '../../src/signing-keys/signing-keys.ts';
import { connectColdStores, type ColdStores } from './cold-stores.ts';

let cold: ColdStores;
let prisma: ColdStores['prisma'];
const vault = createKeyVault(randomBytes(32));

const storeOf = () => createPrismaSigningKeyStore(prisma, cold.changes);

/** As a process of its own would have it: nothing is common but the database. */
const process_ = (more: object = {}) =>
  createSigningKeys({
    store: storeOf(),
    vault,
    warm: cold.warm,
    leadSeconds: 60,
    onError: (error) => {
      throw error;
    },
    ...more,
  });
const commit = () => Promise.resolve();

beforeAll(() => {
  cold = connectColdStores('signing-keys test');
  ({ prisma } = cold);
});
afterAll(() => prisma.$disconnect());

describe('the key of an app', () => {
  it('is one, however many processes make it at once', async () => {
    const appId = createId('app_');
    const kids = await Promise.all(
      Array.from({ length: 4 }, () => process_()).flatMap((keys) => [
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
    expect(Buffer.from(row.privateKey ?? []).includes(Buffer.from('300d06092a864886f70d010101', 'hex'))).toBe(
      false,
    );
    expect(Object.keys(row.publicJwk as object).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const stranger = process_({ vault: createKeyVault(randomBytes(32)) });
    await expect(stranger.signing(appId)).rejects.toThrow();
  });
});

describe('a rotation', () => {
  it('publishes at once, signs when its turn has come, and lets the former key verify on', async () => {
    const appId = createId('app_');
    const keys = process_();
    const { kid } = await keys.signing(appId);
    const next = await keys.rotate(appId, commit);
    expect(next).toMatchObject({ status: 'pending' });
    const published = async () => (await storeOf().listPublished([appId])).map((key) => key.kid);
    expect(await published()).toEqual([kid, next?.kid]);
    expect((await keys.signing(appId)).kid).toBe(kid);
    await prisma.signingKey.update({ where: { kid: next?.kid ?? '' }, data: { notBefore: new Date() } });
    const signing = await Promise.all(
      Array.from({ length: 8 }, () => process_()).map((each) => each.signing(appId)),
    );
    expect(new Set(signing.map((each) => each.kid))).toEqual(new Set([next?.kid]));
    expect(await published()).toEqual([kid, next?.kid]);
    const former = await prisma.signingKey.findUniqueOrThrow({ where: { kid } });
    expect([former.status, Math.round(((former.notAfter?.getTime() ?? 0) - Date.now()) / 60_000)]).toEqual([
      'retiring',
      Math.round(verifySeconds / 60),
    ]);
    expect(await keys.verifying(appId, kid)).not.toBeNull();
  });

  it('is one at a time, whoever asks', async () => {
    const appId = createId('app_');
    await process_().ensure(appId);
    const rotated = await Promise.all(Array.from({ length: 5 }, () => process_().rotate(appId, commit)));
    expect(rotated.filter(Boolean)).toHaveLength(1);
  });

  it('comes by itself for keys that have signed for long, of apps in use', async () => {
    const appId = createId('app_');
    const { kid } = await process_().signing(appId);
    await prisma.signingKey.update({ where: { kid }, data: { notBefore: new Date('2020-01-01') } });
    expect(await storeOf().listAged(90, 1000)).not.toContain(appId);
    await prisma.directoryApp.create({
      data: {
        id: appId,
        workspaceId: 'ws_x',
        name: appId.toLowerCase(),
        status: 'active',
        version: 1,
        deleted: false,
      },
    });
    expect(await storeOf().listAged(90, 1000)).toContain(appId);
    await process_().rotate(appId, commit);
    expect(await storeOf().listAged(90, 1000)).not.toContain(appId);
    await prisma.directoryApp.delete({ where: { id: appId } });
  });

  it('forgets private halves that never sign again', async () => {
    const appId = createId('app_');
    const { kid } = await process_().signing(appId);
    const set = (notAfter: Date) =>
      prisma.signingKey.update({ where: { kid }, data: { status: 'retiring', notAfter } });
    const read = () => prisma.signingKey.findUniqueOrThrow({ where: { kid } });
    await set(new Date(Date.now() + verifySeconds * 1000));
    await storeOf().tidy(verifySeconds);
    expect(await read()).toMatchObject({ status: 'retiring', privateKey: expect.anything() });
    await set(new Date(Date.now() + (verifySeconds - 61) * 1000));
    await storeOf().tidy(verifySeconds);
    expect(await read()).toMatchObject({ status: 'retiring', privateKey: null });
    await set(new Date(Date.now() - 1));
    await storeOf().tidy(verifySeconds);
    expect(await read()).toMatchObject({ status: 'retired' });
  });
});

describe('a retirement', () => {
  it('of the signing key lets a new one sign at once', async () => {
    const appId = createId('app_');
    const keys = process_();
    const { kid } = await keys.signing(appId);
    expect(await keys.retire(appId, kid, commit)).toMatchObject({ status: 'retired' });
    expect(await keys.verifying(appId, kid)).toBeNull();
    const next = await keys.signing(appId);
    expect(next.kid).not.toBe(kid);
    expect((await storeOf().listPublished([appId])).map((key) => key.kid)).toEqual([next.kid]);
    expect(await keys.retire(appId, kid, commit)).toBe('retired');
    expect(await keys.retire(createId('app_'), next.kid, commit)).toBe('absent');
  });

  it('takes the one that waits, if one does', async () => {
    const appId = createId('app_');
    const keys = process_();
    const { kid } = await keys.signing(appId);
    const next = await keys.rotate(appId, commit);
    await keys.retire(appId, kid, commit);
    expect((await keys.signing(appId)).kid).toBe(next?.kid);
  });
});
