import { setTimeout as sleep } from 'node:timers/promises';
import { parseToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import { userUrn } from '../consumer/signed-in.ts';
import { emailKey } from '../directory/directory-record.ts';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import type { UserChange } from '../record-door/record-door.ts';
import { passwordMark, type MailToken, type Presented, type Purpose } from './mail-token-store.ts';
import type { UserMailDeps } from './user-mail-deps.ts';

/** A token of a mail that can be used now, and whose it is. */
export interface FoundLink {
  readonly presented: Presented;
  readonly token: MailToken;
  readonly user: DirectoryUser;
}

/** How a token was presented. @throws Fault `link-invalid` for what was never issued */
export function presentedToken(
  { tokenPepper }: Pick<UserMailDeps, 'tokenPepper'>,
  { id: appId }: DirectoryApp,
  purpose: Purpose,
  token: string,
): Presented {
  if (!parseToken(token, ['one-time'])) throw new Fault('link-invalid');
  return { appId, purpose, digest: tokenDigest(tokenPepper, token) };
}

/** The token and its user, if it is good; nothing is used up. @throws Fault `link-invalid` */
export async function findLink(deps: UserMailDeps, presented: Presented): Promise<FoundLink> {
  const token = await deps.mailTokens.find(presented);
  const user = token && (await ownerOf(deps, presented.appId, token));
  if (!token || !user) throw new Fault('link-invalid');
  return { presented, token, user };
}

/** Uses a token up, with the row that says what it is used for. @throws Fault `link-invalid` where another was first */
export async function useUp(
  deps: UserMailDeps,
  { presented, user }: FoundLink,
  { audit }: Pick<Call, 'audit'>,
): Promise<void> {
  await deps.inTransaction(async (transaction) => {
    if (!(await deps.mailTokens.consume(transaction, presented))) throw new Fault('link-invalid');
    await audit.commit(transaction, {
      actor: { type: 'user', id: user.id },
      target: { type: 'user', id: user.id },
      resource: userUrn(user.appId, user.id),
    });
  });
}

const attempts = 3;
const pauseMs = 50;

/**
 * Has the record changed by a token that was used up. Decided on the record as the copy knows it, and looked at anew
 * where the record has moved on. Whatever fails, the token is good again: should the change have been made all the
 * same, it shows in the copy, and the token is no longer good for it.
 *
 * @throws Fault `link-invalid`, `conflict` while the copy lags behind the record, `unavailable`
 */
export async function changeByLink(
  deps: UserMailDeps,
  { presented: { appId }, token, user }: FoundLink,
  change: Omit<UserChange, 'expected_version'>,
  { request }: Pick<Call, 'request'>,
): Promise<void> {
  try {
    let current: DirectoryUser | null = user;
    for (let attempt = 1; ; attempt++) {
      if (!current) throw new Fault('link-invalid');
      try {
        const asked = { ...change, expected_version: current.version };
        await deps.door.changeUser({ appId, userId: current.id }, asked, request);
        return;
      } catch (error) {
        if (!isOutdated(error)) throw isGone(error) ? new Fault('link-invalid') : error;
        if (attempt === attempts) throw error;
        await sleep(pauseMs);
        current = await ownerOf(deps, appId, token);
      }
    }
  } catch (error) {
    // Best effort: who is left without a link asks for another one.
    await deps.mailTokens.giveBack(token).catch(() => undefined);
    throw error;
  }
}

/** The user a token is for, as long as the address, and for a new password the old one, are those it was sent for. */
async function ownerOf(
  { directory, tokenPepper }: UserMailDeps,
  appId: string,
  token: MailToken,
): Promise<DirectoryUser | null> {
  const user = await directory.findUser(appId, token.userId);
  if (!user?.active || emailKey(user.email) !== emailKey(token.email)) return null;
  const marked = passwordMark(tokenPepper, user.passwordHash).equals(token.passwordMark);
  return token.purpose === 'verify-email' || marked ? user : null;
}

function isOutdated(error: unknown): boolean {
  return (
    error instanceof Fault &&
    error.fault === 'conflict' &&
    error.details.some(({ field }) => field === 'expected_version')
  );
}

/** Deactivated, deleted, or the app archived, since it was looked up. */
function isGone(error: unknown): boolean {
  return error instanceof Fault && (error.fault === 'conflict' || error.fault === 'not-found');
}
