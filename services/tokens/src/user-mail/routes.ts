import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { CallAudit, Handlers } from '@pcft/http';
import { addressedApp } from '../consumer/signed-in.ts';
import type { DirectoryUser } from '../directory/directory-store.ts';
import { assertMailAllowed } from './mail-allowance.ts';
import { resetUserPassword } from './reset-user-password.ts';
import { sendMailToken, type Withheld } from './send-mail-token.ts';
import type { UserMailDeps } from './user-mail-deps.ts';
import { verifyUserEmail } from './verify-user-email.ts';

type UserMailOperations = Pick<
  typeof tokensOperations,
  'forgotUserPassword' | 'resetUserPassword' | 'resendUserVerification' | 'verifyUserEmail'
>;

/** What end users do by links that are sent to them. */
export function userMailHandlers(deps: UserMailDeps): Handlers<UserMailOperations> {
  return {
    async forgotUserPassword(call) {
      const app = await addressedApp(deps.warm, call);
      const { email } = call.body;
      await assertMailAllowed(deps.limiter, app.id, email).catch(failing(call.audit, forgotten, email));
      const asked = {
        purpose: 'reset-password',
        email,
        refusedAction: forgotten,
        withhold: inactive,
      } as const;
      await sendMailToken(deps, app, asked, call);
      return { message: 'If the address has a user, a link to a new password is on its way' };
    },

    async resetUserPassword(call) {
      const app = await addressedApp(deps.warm, call);
      const { token, new_password: newPassword } = call.body;
      const ended = await resetUserPassword(deps, app, { token, newPassword }, call).catch(
        failing(call.audit, 'user.password-reset-failed'),
      );
      return { sessions_ended: ended };
    },

    async resendUserVerification(call) {
      const app = await addressedApp(deps.warm, call);
      const { email } = call.body;
      await assertMailAllowed(deps.limiter, app.id, email).catch(failing(call.audit, unsent, email));
      const withhold = (user: DirectoryUser) =>
        inactive(user) ?? (user.emailVerified ? 'already_verified' : null);
      await sendMailToken(
        deps,
        app,
        { purpose: 'verify-email', email, refusedAction: unsent, withhold },
        call,
      );
      return { message: 'If the address has to be verified, a link is on its way' };
    },

    async verifyUserEmail(call) {
      const app = await addressedApp(deps.warm, call);
      const email = await verifyUserEmail(deps, app, call.body.token, call).catch(
        failing(call.audit, 'user.email-verification-failed'),
      );
      return { email, email_verified: true };
    },
  };
}

const forgotten = 'user.password-mail-withheld';
const unsent = 'user.verification-mail-withheld';

function inactive({ active }: DirectoryUser): Withheld | null {
  return active ? null : 'user_inactive';
}

/** The row of a call that comes to nothing says so, and why. */
function failing(audit: CallAudit, action: string, email?: string) {
  return (error: unknown): never => {
    const reason = error instanceof Fault ? error.fault : 'unavailable';
    audit.add({
      action,
      ...(reason === 'link-invalid' && { outcome: 'denied' }),
      metadata: { reason, ...(email !== undefined && { email }) },
    });
    throw error;
  };
}
