import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import {
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { SignInAccount } from '../accounts/prisma-account-store.ts';
import { openSession, type OpenedSession } from '../sessions/open-session.ts';
import { challengeSeconds, giveChallenge, takeChallenge, type PasskeyPorts } from './passkey-ports.ts';
import type { Passkey } from './prisma-passkey-store.ts';

export async function beginPasskeySignIn(
  ports: PasskeyPorts,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: ports.relyingParty.id,
    challenge: await giveChallenge(ports, null),
    timeout: challengeSeconds * 1000,
    userVerification: 'required',
  });
}

/**
 * A session for who unlocks a registered passkey; no second factor is asked for beside it. The challenge is used up
 * whatever comes of it.
 *
 * @throws Fault `sign-in-refused`, `email-unverified`
 */
export async function signInWithPasskey(
  ports: PasskeyPorts,
  input: {
    readonly response: AuthenticationResponseJSON;
    readonly ip: string;
    readonly userAgent: string | null;
  },
  audit: CallAudit,
): Promise<OpenedSession & { readonly account: SignInAccount }> {
  const { response, ip, userAgent } = input;
  const passkey = await ports.passkeys.findByCredential(
    new Uint8Array(Buffer.from(response.id, 'base64url')),
  );
  if (!passkey) throw refused();
  const { accountId } = passkey;
  audit.add({ log: accountId, target: { type: 'passkey', id: passkey.id } });
  const { newCounter, credentialBackedUp } = await verified(ports, passkey, response);
  return ports.changes.commit(async (transaction) => {
    if (!(await ports.passkeys.noteUse(transaction, passkey.id, newCounter, credentialBackedUp)))
      throw refused();
    const account = await ports.accounts.noteSignIn(transaction, accountId);
    if (!account) throw refused();
    if (ports.requireVerifiedEmail && !account.isVerified) throw new Fault('email-unverified');
    const owner = { accountId, ip, userAgent, method: 'passkey' };
    const change = await openSession(ports, transaction, owner, audit);
    return { ...change, result: { ...change.result, account } };
  });
}

async function verified(ports: PasskeyPorts, passkey: Passkey, response: AuthenticationResponseJSON) {
  const { userHandle } = response.response;
  if (userHandle !== undefined && Buffer.from(userHandle, 'base64url').toString() !== passkey.accountId)
    throw refused();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: takeChallenge(ports, null),
      expectedOrigin: ports.relyingParty.origin,
      expectedRPID: ports.relyingParty.id,
      credential: {
        id: Buffer.from(passkey.credentialId).toString('base64url'),
        publicKey: passkey.publicKey,
        counter: passkey.counter,
        transports: [...passkey.transports],
      },
      requireUserVerification: true,
    });
    if (verified) return authenticationInfo;
  } catch (cause) {
    throw refused(cause);
  }
  throw refused();
}

function refused(cause?: unknown): Fault {
  return new Fault('sign-in-refused', { message: 'The passkey could not be verified', cause });
}
