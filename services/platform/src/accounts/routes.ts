import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { OpenedSession } from '../sessions/open-session.ts';
import { verifyTwoFactor } from '../two-factor/sign-in-challenge.ts';
import { deviceCookieName, type DeviceCookies } from './device-cookie.ts';
import { passwordsOfCaller } from './passwords-of-caller.ts';
import type { SignInAccount } from './prisma-account-store.ts';
import { clearedSessionCookieHeader, sessionCookieHeader } from './session-cookie.ts';
import { signInWithEmail, type SignInPorts } from './sign-in-with-email.ts';
import { signOut } from './sign-out.ts';
import { signUpWithEmail, type SignUpPorts } from './sign-up-with-email.ts';

type AccountOperations = Pick<
  typeof operations,
  'signUpWithEmail' | 'signInWithEmail' | 'verifyTwoFactor' | 'signOut'
>;

export function accountHandlers(
  ports: SignUpPorts & SignInPorts & { readonly devices: DeviceCookies },
): Handlers<AccountOperations> {
  return {
    async signUpWithEmail(call) {
      const { email, name } = call.body;
      await signUpWithEmail(passwordsOfCaller(ports, call), call.body, call.audit);
      return { email, fullName: name, verificationRequired: ports.requireVerifiedEmail };
    },

    async signInWithEmail(call) {
      const { clientIp: ip, userAgent } = call.request;
      const device = ports.devices.deviceOf(call.request.cookie(deviceCookieName), call.body.email);
      const input = { ...call.body, ip, userAgent, device };
      const signedIn = await signInWithEmail(passwordsOfCaller(ports, call), input, call.audit);
      if ('session' in signedIn) return enter(call, ports.devices, signedIn);
      return {
        twoFactorRequired: true as const,
        challengeToken: signedIn.challengeToken,
        methods: ['totp' as const, 'recovery-code' as const],
        expiresAt: signedIn.expiresAt.toISOString(),
      };
    },

    async verifyTwoFactor(call) {
      const { clientIp: ip, userAgent } = call.request;
      return enter(
        call,
        ports.devices,
        await verifyTwoFactor(ports, { ...call.body, ip, userAgent }, call.audit),
      );
    },

    async signOut(call) {
      if (call.principal?.type !== 'session') throw new Fault('session-invalid');
      await signOut(ports, call.principal.id, call.audit);
      call.header('Set-Cookie', clearedSessionCookieHeader(call.request.secure));
      return {};
    },
  };
}

/** Sets the cookies of somebody who has signed in, and answers with the session. */
export function enter(
  { request, header }: Pick<Call, 'request' | 'header'>,
  devices: DeviceCookies,
  { session, token, account }: OpenedSession & { readonly account: SignInAccount },
) {
  const { secure } = request;
  const maxAgeSeconds = Math.max(1, Math.round((session.expiresAt.getTime() - Date.now()) / 1000));
  header('Set-Cookie', sessionCookieHeader(token, maxAgeSeconds, secure));
  header('Set-Cookie', devices.remember(request.cookie(deviceCookieName), account.email, secure));
  return {
    user: { id: account.id, email: account.email, fullName: account.fullName },
    session: { id: session.id, expiresAt: session.expiresAt.toISOString() },
  };
}
