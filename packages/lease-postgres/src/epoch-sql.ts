/**
 * Which life of the database positions of the log belong to, as an SQL expression. A restore or failover can lose
 * committed rows, and then a position means something else. Another server, a restarted one and a re-created database
 * are seen by themselves; whoever restores a dump into a running server sets `epoch.value` anew.
 */
export const epochText = `(
  (SELECT value FROM epoch)
  || '.' || (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
  || '.' || (SELECT oid FROM pg_database WHERE datname = current_database())
)`;
