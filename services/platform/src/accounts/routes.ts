import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { deviceCookieName, type DeviceCookies } from './device-cookie.ts';
import { clearedSessionCookieHeader, sessionCookieHeader } from './session-cookie.ts';
import { signInWithEmail, type SignInPorts } from './sign-in-with-email.ts';
import { signOut } from './sign-out.ts';
import { signUpWithEmail, type SignUpPorts } from './sign-up-with-email.ts';

type AccountOperations = Pick<typeof operations, 'signUpWithEmail' | 'signInWithEmail' | 'signOut'>;

export function accountHandlers(
  ports: SignUpPorts & SignInPorts & { readonly devices: DeviceCookies },
): Handlers<AccountOperations> {
  return {
    async signUpWithEmail(call) {
      const { email, name } = call.body;
      await signUpWithEmail(ports, call.body, call.audit);
      return { email, fullName: name, verificationRequired: ports.requireVerifiedEmail };
    },

    async signInWithEmail(call) {
      const { clientIp: ip, userAgent, secure } = call.request;
      const { account, session, token } = await signInWithEmail(
        ports,
        {
          ...call.body,
          ip,
          userAgent,
          device: ports.devices.deviceOf(call.request.cookie(deviceCookieName), call.body.email),
        },
        call.audit,
      );
      call.header('Set-Cookie', sessionCookieHeader(token, secure));
      call.header(
        'Set-Cookie',
        ports.devices.remember(call.request.cookie(deviceCookieName), call.body.email, secure),
      );
      return { user: account, session: { id: session.id, expiresAt: session.expiresAt.toISOString() } };
    },

    async signOut(call) {
      if (call.principal?.type !== 'session') throw new Fault('session-invalid');
      await signOut(ports, call.principal.id, call.audit);
      call.header('Set-Cookie', clearedSessionCookieHeader(call.request.secure));
      return {};
    },
  };
}
