import type { platformOperations as operations } from '@pcft/contracts';
import type { Handlers } from '@pcft/http';
import { signedIn } from '../accounts/confirm-owner.ts';
import {
  activateTwoFactor,
  disableTwoFactor,
  enableTwoFactor,
  renewRecoveryCodes,
  type TwoFactorPorts,
} from './change-two-factor.ts';

type TwoFactorOperations = Pick<
  typeof operations,
  'getTwoFactor' | 'enableTwoFactor' | 'activateTwoFactor' | 'disableTwoFactor' | 'renewRecoveryCodes'
>;

export function twoFactorHandlers(ports: TwoFactorPorts): Handlers<TwoFactorOperations> {
  return {
    async getTwoFactor({ principal }) {
      const { accountId } = signedIn(principal);
      const activatedAt = (await ports.factors.find(accountId))?.activatedAt ?? null;
      return {
        enabled: activatedAt !== null,
        activatedAt: activatedAt?.toISOString() ?? null,
        recoveryCodesLeft: activatedAt === null ? 0 : await ports.factors.codesLeft(accountId),
      };
    },

    async enableTwoFactor({ principal, body, audit }) {
      const { secret, otpauthUri, recoveryCodes } = await enableTwoFactor(ports, principal, body, audit);
      return { secret, otpauthUri, recoveryCodes: [...recoveryCodes] };
    },

    async activateTwoFactor({ principal, body, audit }) {
      await activateTwoFactor(ports, principal, body.code, audit);
      return { enabled: true };
    },

    async disableTwoFactor({ principal, body, audit }) {
      await disableTwoFactor(ports, principal, body, audit);
      return { enabled: false };
    },

    async renewRecoveryCodes({ principal, body, audit }) {
      return { recoveryCodes: [...(await renewRecoveryCodes(ports, principal, body, audit))] };
    },
  };
}
