import type { Principal } from '@pcft/auth';
import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { deviceOf } from './device-of.ts';
import type { AccountSession } from './prisma-session-store.ts';
import { revokeOtherSessions, revokeSession, type SessionChangePorts } from './revoke-session.ts';

type SessionOperations = Pick<
  typeof operations,
  'listAccountSessions' | 'revokeAccountSession' | 'revokeOtherAccountSessions'
>;

export function accountSessionHandlers(ports: SessionChangePorts): Handlers<SessionOperations> {
  return {
    async listAccountSessions({ principal, query: { limit = 20, offset = 0 } }) {
      const caller = known(principal);
      const { items, total } = await ports.sessions.list(caller.accountId, { limit, offset });
      return { items: items.map((session) => toWire(session, session.id === caller.id)), total };
    },

    async revokeAccountSession({ principal, params, audit }) {
      await revokeSession(ports, known(principal).accountId, params.id, audit);
    },

    async revokeOtherAccountSessions({ principal, audit }) {
      return { revoked: await revokeOtherSessions(ports, known(principal), audit) };
    },
  };
}

function known(principal: Principal | null): Principal & { readonly accountId: string } {
  if (!principal?.accountId) throw new Fault('credential-missing');
  return { ...principal, accountId: principal.accountId };
}

function toWire(session: AccountSession, current: boolean) {
  return {
    id: session.id,
    current,
    device: deviceOf(session.userAgent),
    ip_address: session.ip,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeenAt?.toISOString() ?? null,
    idle_expires_at: session.idleExpiresAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}
