import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { SessionStore, UserSession } from '../sessions/session-store.ts';
import { signedIn } from './signed-in.ts';

type SessionOperations = Pick<
  typeof tokensOperations,
  'signOutUser' | 'listUserSessions' | 'revokeUserSession' | 'revokeOtherUserSessions'
>;

/** The own sessions of an end user. What ends one returns when no process takes its tokens any more. */
export function sessionHandlers({
  sessions,
}: {
  readonly sessions: SessionStore;
}): Handlers<SessionOperations> {
  return {
    async signOutUser(call) {
      const { appId, userId, sessionId } = signedIn(call);
      const { audit, body } = call;
      const target = { type: 'user', id: userId };
      if (body.everywhere) {
        await sessions.endOthers({ appId, userId, exceptId: null }, (transaction, { sessionIds }) =>
          audit.commit(transaction, { target, metadata: { sessions: sessionIds.length } }),
        );
        return;
      }
      const ended = await sessions.end({ appId, userId, id: sessionId }, (transaction) =>
        audit.commit(transaction, { target, metadata: { session_id: sessionId } }),
      );
      if (!ended) audit.nothingChanged();
    },

    async listUserSessions(call) {
      const { appId, userId, sessionId } = signedIn(call);
      const { limit = 20, offset = 0 } = call.query;
      const all = await sessions.list(appId, userId);
      return {
        items: all.slice(offset, offset + limit).map((session) => toWire(session, sessionId)),
        total: all.length,
      };
    },

    async revokeUserSession(call) {
      const { appId, userId } = signedIn(call);
      const { session_id: id } = call.params;
      const target = { type: 'session', id };
      const ended = await sessions.end({ appId, userId, id }, (transaction) =>
        call.audit.commit(transaction, { target }),
      );
      if (!ended) throw new Fault('not-found');
    },

    async revokeOtherUserSessions(call) {
      const { appId, userId, sessionId } = signedIn(call);
      const others = { appId, userId, exceptId: sessionId };
      const ended = await sessions.endOthers(others, (transaction, { sessionIds }) =>
        call.audit.commit(transaction, {
          target: { type: 'user', id: userId },
          metadata: { sessions: sessionIds.length },
        }),
      );
      return { sessions_ended: ended.length };
    },
  };
}

function toWire(session: UserSession, currentId: string) {
  return {
    id: session.id,
    current: session.id === currentId,
    user_agent: session.userAgent,
    ip: session.ip,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.refreshedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}
