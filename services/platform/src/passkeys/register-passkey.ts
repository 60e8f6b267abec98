import type { Principal } from '@pcft/auth';
import { isUniqueViolation } from '@pcft/database';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { confirmOwner, signedIn, type Proof } from '../accounts/confirm-owner.ts';
import { queueSecurityNotice } from '../accounts/security-notice.ts';
import { challengeSeconds, giveChallenge, takeChallenge, type PasskeyPorts } from './passkey-ports.ts';
import type { Passkey } from './prisma-passkey-store.ts';

const mostPasskeys = 20;

/** @throws Fault `conflict` when there are too many, and what `confirmOwner` throws */
export async function beginPasskeyRegistration(
  ports: PasskeyPorts,
  principal: Principal | null,
  proof: Proof,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { accountId, email, fullName } = await confirmOwner(ports, principal, proof);
  const known = await ports.passkeys.list(accountId);
  if (known.length >= mostPasskeys)
    throw new Fault('conflict', { message: 'An account has 20 passkeys at most' });
  const challenge = await giveChallenge(ports, accountId);
  return generateRegistrationOptions({
    rpName: ports.relyingParty.name,
    rpID: ports.relyingParty.id,
    userName: email,
    userDisplayName: fullName,
    userID: new Uint8Array(Buffer.from(accountId)),
    challenge,
    timeout: challengeSeconds * 1000,
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: Buffer.from(credentialId).toString('base64url'),
      transports: [...transports],
    })),
    // Discoverable and unlocked: what signs in without a name, and counts as two factors.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** @throws Fault `validation` for a response that is not what was asked for, `conflict` for a key that is known */
export async function finishPasskeyRegistration(
  ports: PasskeyPorts,
  principal: Principal | null,
  input: { readonly name: string; readonly response: RegistrationResponseJSON },
  audit: CallAudit,
): Promise<Passkey> {
  const { accountId } = signedIn(principal);
  const { credential, credentialBackedUp: backedUp } = await verified(ports, accountId, input.response);
  try {
    return await ports.database.$transaction(async (transaction) => {
      const passkey = await ports.passkeys.insert(transaction, {
        accountId,
        name: input.name,
        credentialId: new Uint8Array(Buffer.from(credential.id, 'base64url')),
        publicKey: new Uint8Array(credential.publicKey),
        counter: credential.counter,
        transports: (credential.transports ?? []).slice(0, 10),
        backedUp,
      });
      const email = await ports.accounts.addressOf(transaction, accountId);
      if (email !== null) await queueSecurityNotice(ports.mail, transaction, email, 'passkey-added');
      await audit.commit(transaction, { target: { type: 'passkey', id: passkey.id } });
      return passkey;
    });
  } catch (error) {
    if (isUniqueViolation(error, 'passkey_credential_id_key'))
      throw new Fault('conflict', { message: 'The passkey is registered already' });
    throw error;
  }
}

async function verified(ports: PasskeyPorts, accountId: string, response: RegistrationResponseJSON) {
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: takeChallenge(ports, accountId),
      expectedOrigin: ports.relyingParty.origin,
      expectedRPID: ports.relyingParty.id,
      requireUserVerification: true,
    });
    if (registrationInfo) return registrationInfo;
  } catch (cause) {
    throw new Fault('validation', {
      message: 'The passkey could not be verified',
      details: [{ field: 'response', reason: 'is not an answer to the options that were given out' }],
      cause,
    });
  }
  throw invalid('response', 'could not be verified');
}
