import type { platformOperations as operations } from '@pcft/contracts';
import type { Handlers } from '@pcft/http';
import type { ConfirmPorts } from '../accounts/confirm-owner.ts';
import { passwordsOfCaller } from '../accounts/passwords-of-caller.ts';
import type { AccountMailPorts } from './account-mail-ports.ts';
import { changeEmail } from './change-email.ts';
import { assertMailAllowed } from './mail-allowance.ts';
import { resetPassword } from './reset-password.ts';
import { sendOneTimeToken } from './send-one-time-token.ts';
import { findEmailVerification, verifyEmail } from './verify-email.ts';

type AccountMailOperations = Pick<
  typeof operations,
  | 'sendVerificationEmail'
  | 'getEmailVerification'
  | 'verifyEmail'
  | 'forgetPassword'
  | 'resetPassword'
  | 'changeEmail'
>;

export function accountMailHandlers(ports: AccountMailPorts & ConfirmPorts): Handlers<AccountMailOperations> {
  const { accounts, mails, limiter } = ports;
  return {
    async sendVerificationEmail({ body: { email }, audit }) {
      await assertMailAllowed(limiter, email);
      const account = await accounts.findByEmail(email);
      await sendOneTimeToken(
        ports,
        {
          purpose: 'verify-email',
          account: account?.isActive && !account.isVerified ? account : null,
          mailOf: (to, token) => mails.verify(to, token),
        },
        audit,
      );
      return {};
    },

    async getEmailVerification({ query: { token } }) {
      const { purpose, email, expiresAt } = await findEmailVerification(ports, token);
      return { purpose, email, expiresAt: expiresAt.toISOString() };
    },

    async verifyEmail({ body: { token }, audit }) {
      const { email, verifiedAt } = await verifyEmail(ports, token, audit);
      return { email, verifiedAt: verifiedAt.toISOString() };
    },

    async forgetPassword({ body: { email }, audit }) {
      await assertMailAllowed(limiter, email);
      const account = await accounts.findByEmail(email);
      await sendOneTimeToken(
        ports,
        {
          purpose: 'reset-password',
          account: account?.isActive ? account : null,
          mailOf: (to, token) => mails.reset(to, token),
        },
        audit,
      );
      return {};
    },

    resetPassword: (call) => resetPassword(passwordsOfCaller(ports, call), call.body, call.audit),

    async changeEmail(call) {
      await changeEmail(ports, call.principal, call.body, call.audit);
      return {};
    },
  };
}
