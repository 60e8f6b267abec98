import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId, createToken, tokenDigest } from '@pcft/credentials';
import { PrismaInviteStore } from '../../src/invites/prisma-invite-store.ts';
import { createScratchPlatform, Fixtures, pepper, type ScratchPlatform } from './scratch-platform.ts';

let scratch: ScratchPlatform;
beforeAll(async () => void (scratch = await createScratchPlatform()));
afterAll(() => scratch.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

describe('invites', () => {
  it('are forgotten a month after they were over, however that came; open ones never', async () => {
    const fixtures = new Fixtures(scratch.database);
    const invitedBy = await fixtures.account();
    const { id: workspaceId } = await fixtures.workspace();
    await fixtures.member(invitedBy, workspaceId);
    const insert = async (email: string, dates: { expiresAt: Date; acceptedAt?: Date; revokedAt?: Date }) => {
      const digest = tokenDigest(pepper, createToken('invite-token'));
      const data = { id: createId('inv_'), workspaceId, email, role: 'member', invitedBy, digest };
      await scratch.database.workspaceInvite.create({ data: { ...data, ...dates } });
    };
    const soon = daysAgo(-1);
    await insert('open@example.com', { expiresAt: soon });
    for (const [name, days] of [
      ['kept', 29],
      ['old', 31],
    ] as const) {
      await insert(`expired-${name}@example.com`, { expiresAt: daysAgo(days) });
      await insert(`accepted-${name}@example.com`, { expiresAt: soon, acceptedAt: daysAgo(days) });
      await insert(`revoked-${name}@example.com`, { expiresAt: soon, revokedAt: daysAgo(days) });
    }
    const store = new PrismaInviteStore(scratch.database);
    expect([await store.prune(), await store.prune()]).toEqual([3, 0]);
    const left = await scratch.database.workspaceInvite.findMany({ orderBy: { email: 'asc' } });
    expect(left.map(({ email }) => email)).toEqual([
      ...['accepted-kept@example.com', 'expired-kept@example.com'],
      ...['open@example.com', 'revoked-kept@example.com'],
    ]);
  });
});
