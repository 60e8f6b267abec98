import { tokenDigest } from '@pcft/credentials';
import { randomBytes } from 'node:crypto';
import type { ConfirmPorts } from '../accounts/confirm-owner.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { SessionPorts } from '../sessions/open-session.ts';
import type { PrismaPasskeyStore } from './prisma-passkey-store.ts';

/** Whom passkeys are for: browsers show them to this origin only (WebAuthn level 3, section 5.1.2). */
export interface RelyingParty {
  readonly name: string;
  readonly id: string;
  readonly origin: string;
}

/** The relying party of the gateway's origin. */
export function relyingParty(publicUrl: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  return { name: 'ProductCraft', id: hostname, origin };
}

export interface PasskeyPorts extends ConfirmPorts, SessionPorts {
  readonly passkeys: PrismaPasskeyStore;
  readonly relyingParty: RelyingParty;
  readonly changes: ChangeCommitter;
  readonly requireVerifiedEmail: boolean;
}

/** How long a person may look for the key. */
export const challengeSeconds = 300;

/** A challenge of this server's own, kept as a digest. */
export async function giveChallenge(
  { passkeys, tokenPepper }: PasskeyPorts,
  accountId: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(randomBytes(32));
  const digest = challengeDigest(tokenPepper, Buffer.from(challenge).toString('base64url'));
  await passkeys.insertChallenge(digest, accountId, challengeSeconds);
  return challenge;
}

/** Takes the challenge that a browser signed; for `expectedChallenge`. */
export function takeChallenge({ passkeys, tokenPepper }: PasskeyPorts, accountId: string | null) {
  return (challenge: string) => passkeys.takeChallenge(challengeDigest(tokenPepper, challenge), accountId);
}

function challengeDigest(pepper: Buffer, challenge: string): Buffer<ArrayBuffer> {
  return tokenDigest(pepper, JSON.stringify(['passkey-challenge', challenge]));
}
