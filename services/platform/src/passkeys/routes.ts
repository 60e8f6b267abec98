import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { confirmOwner, signedIn } from '../accounts/confirm-owner.ts';
import type { DeviceCookies } from '../accounts/device-cookie.ts';
import { queueSecurityNotice } from '../accounts/security-notice.ts';
import { enter } from '../accounts/routes.ts';
import type { PasskeyPorts } from './passkey-ports.ts';
import type { Passkey } from './prisma-passkey-store.ts';
import { beginPasskeyRegistration, finishPasskeyRegistration } from './register-passkey.ts';
import { beginPasskeySignIn, signInWithPasskey } from './sign-in-with-passkey.ts';

type PasskeyOperations = Pick<
  typeof operations,
  | 'beginPasskeyRegistration'
  | 'finishPasskeyRegistration'
  | 'beginPasskeySignIn'
  | 'signInWithPasskey'
  | 'listPasskeys'
  | 'updatePasskey'
  | 'deletePasskey'
>;

export function passkeyHandlers(
  ports: PasskeyPorts & { readonly devices: DeviceCookies },
): Handlers<PasskeyOperations> {
  const { passkeys, database } = ports;
  return {
    async beginPasskeyRegistration({ principal, body }) {
      return { options: { ...(await beginPasskeyRegistration(ports, principal, body)) } };
    },

    async finishPasskeyRegistration({ principal, body, audit }) {
      // The same shape, but for the extensions, which are a map here and an interface there.
      const response = body.response as unknown as RegistrationResponseJSON;
      const { name } = body;
      return toWire(await finishPasskeyRegistration(ports, principal, { name, response }, audit));
    },

    async beginPasskeySignIn() {
      return { options: { ...(await beginPasskeySignIn(ports)) } };
    },

    async signInWithPasskey(call) {
      const { clientIp: ip, userAgent } = call.request;
      const response = call.body.response as unknown as AuthenticationResponseJSON;
      return enter(
        call,
        ports.devices,
        await signInWithPasskey(ports, { response, ip, userAgent }, call.audit),
      );
    },

    async listPasskeys({ principal, query: { limit = 20, offset = 0 } }) {
      const all = await passkeys.list(principal?.accountId ?? '');
      return { items: all.slice(offset, offset + limit).map(toWire), total: all.length };
    },

    async updatePasskey({ principal, params: { id }, body: { name }, audit }) {
      return database.$transaction(async (transaction) => {
        const renamed = await passkeys.rename(transaction, principal?.accountId ?? '', id, name);
        if (!renamed) throw new Fault('not-found');
        await audit.commit(transaction, { target: { type: 'passkey', id } });
        return toWire(renamed);
      });
    },

    async deletePasskey({ principal, params: { id }, audit }) {
      const { accountId } = signedIn(principal);
      // Absent is told before a proof is asked for: it would prove nothing.
      if (!(await passkeys.list(accountId)).some((passkey) => passkey.id === id))
        throw new Fault('not-found');
      const { email } = await confirmOwner(ports, principal, {});
      await database.$transaction(async (transaction) => {
        if (!(await passkeys.remove(transaction, accountId, id))) throw new Fault('not-found');
        await queueSecurityNotice(ports.mail, transaction, email, 'passkey-removed');
        await audit.commit(transaction, { target: { type: 'passkey', id } });
      });
      return {};
    },
  };
}

function toWire({ id, name, backedUp, createdAt, lastUsedAt }: Passkey) {
  return {
    id,
    name,
    backedUp,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
