import type { Database } from '../database.ts';
import type { UsageStore, Use } from './usage-store.ts';

export class PrismaUsageStore implements UsageStore {
  readonly #database: Database;
  readonly #idleSeconds: number;

  /** @param idleSeconds how long a session lasts without use */
  constructor(database: Database, idleSeconds: number) {
    this.#database = database;
    this.#idleSeconds = idleSeconds;
  }

  /** Rows that somebody is changing right now are left alone: their use shows the next time, and nobody waits. */
  async write(uses: readonly Use[]): Promise<void> {
    const ids = uses.map(({ id }) => id);
    const ips = uses.map(({ ip }) => ip);
    const times = uses.map(({ at }) => at);
    const services = uses.map(({ service }) => service);
    await this.#database.$executeRaw`
      WITH used AS (
        SELECT * FROM unnest(${ids}::text[], ${ips}::text[], ${times}::timestamptz[], ${services}::text[])
                      AS used (id, ip, at, service)),
      free AS (
        SELECT id FROM access_token WHERE id IN (SELECT id FROM used)
          AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE access_token AS token SET last_used_at = used.at, last_used_ip = coalesce(used.ip, token.last_used_ip),
        last_used_service = used.service
      FROM used JOIN free USING (id) WHERE token.id = used.id`;
    await this.#database.$executeRaw`
      WITH used AS (SELECT * FROM unnest(${ids}::text[], ${times}::timestamptz[]) AS used (id, at)),
      free AS (
        SELECT id FROM session WHERE id IN (SELECT id FROM used)
          AND ended_at IS NULL AND expires_at > now()
          AND (last_seen_at IS NULL OR last_seen_at < now() - interval '1 minute')
        FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE session SET last_seen_at = used.at,
        expires_at = CASE WHEN session.ends_at IS NULL THEN session.expires_at ELSE greatest(
          session.expires_at, least(session.ends_at, now() + ${this.#idleSeconds}::int * interval '1 second')) END
      FROM used JOIN free USING (id) WHERE session.id = used.id`;
  }
}
