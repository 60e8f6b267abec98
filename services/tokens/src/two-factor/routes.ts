import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { ConsumerDeps } from '../consumer/consumer-deps.ts';
import { currentUser } from '../consumer/current-user.ts';
import { endUserToWire } from '../consumer/end-user-to-wire.ts';
import { giveTokens } from '../consumer/give-tokens.ts';
import { addressedApp, type ConsumerCall } from '../consumer/signed-in.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import {
  confirmUserTotp,
  disableUserTwoFactor,
  enrolUserTotp,
  removeUserTwoFactor,
  renewUserRecoveryCodes,
} from './change-user-factor.ts';
import type { Person } from './factor-notice.ts';
import { verifyUserTwoFactor } from './user-challenge.ts';

type Operations = typeof tokensOperations;
type TwoFactorOperations = Pick<
  Operations,
  | 'verifyUserTwoFactor'
  | 'getUserTwoFactor'
  | 'enrolUserTotp'
  | 'confirmUserTotp'
  | 'disableUserTwoFactor'
  | 'renewUserRecoveryCodes'
  | 'removeUserTwoFactor'
>;

export function userTwoFactorHandlers(deps: ConsumerDeps): Handlers<TwoFactorOperations> {
  const { directory, secondFactor } = deps;
  return {
    async verifyUserTwoFactor(call) {
      const app = await addressedApp(deps.warm, call);
      const { challenge_token: challengeToken, code } = call.body;
      const device = { ip: call.request.clientIp, userAgent: call.request.userAgent };
      const verifying = verifyUserTwoFactor(deps, app, { challengeToken, code, device }, call.audit);
      const { user, granted } = await verifying.catch((error: unknown) => {
        const reason = error instanceof Fault && error.fault === 'sign-in-refused' ? 'wrong_code' : null;
        call.audit.add({ action: 'user.sign-in-failed', ...(reason && { metadata: { reason } }) });
        throw error;
      });
      return { user: await endUserToWire(directory, user), ...giveTokens(call, granted) };
    },

    async getUserTwoFactor(call) {
      const { id } = await currentUser(deps, call);
      const activatedAt = (await secondFactor.store.find(id))?.activatedAt ?? null;
      return {
        enabled: activatedAt !== null,
        activated_at: activatedAt?.toISOString() ?? null,
        recovery_codes_left: activatedAt === null ? 0 : await secondFactor.store.codesLeft(id),
      };
    },

    async enrolUserTotp(call) {
      const person = await currentPerson(call);
      const { secret, otpauthUri } = await enrolUserTotp(deps, person, call.body.password, call.audit);
      return { secret, otpauth_uri: otpauthUri };
    },

    async confirmUserTotp(call) {
      const codes = await confirmUserTotp(deps, await currentPerson(call), call.body.code, call.audit);
      return { enabled: true, recovery_codes: [...codes] };
    },

    async disableUserTwoFactor(call) {
      await disableUserTwoFactor(deps, await currentPerson(call), call.body, call.audit);
      return { enabled: false };
    },

    async renewUserRecoveryCodes(call) {
      const person = await currentPerson(call);
      return { recovery_codes: [...(await renewUserRecoveryCodes(deps, person, call.body, call.audit))] };
    },

    async removeUserTwoFactor({
      located,
      params,
      audit,
    }: Call<Operations['removeUserTwoFactor'], DirectoryApp>) {
      const user = await directory.findUser(located.id, params.user_id);
      if (!user) throw new Fault('not-found');
      await removeUserTwoFactor(deps, { app: located, user }, audit);
    },
  };

  async function currentPerson(call: ConsumerCall): Promise<Person> {
    return { app: await addressedApp(deps.warm, call), user: await currentUser(deps, call) };
  }
}
