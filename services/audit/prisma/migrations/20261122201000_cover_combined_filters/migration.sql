-- At once: dropping an index takes it anyway, and to take it in steps would meet ingest half way.
LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE;

-- What somebody did of one kind is counted and found by an index of its own: before, it was read out of all that they did.
-- The index of all that they did needs the action no more.
CREATE INDEX audit_event_log_actor_id_action_idx
    ON audit_event (log, actor_id, action, occurred_at, seq, segment, outcome) WHERE actor_id IS NOT NULL;

DROP INDEX audit_event_log_actor_id_idx, audit_event_log_target_id_idx, audit_event_log_app_id_idx,
    audit_event_log_resource_idx, audit_event_log_ip_idx, audit_event_log_pat_id_idx;
CREATE INDEX audit_event_log_actor_id_idx ON audit_event (log, actor_id, occurred_at, seq, segment, outcome, ip)
    WHERE actor_id IS NOT NULL;
-- Who did it, from where: asked for together most of all.
CREATE INDEX audit_event_log_pat_id_idx ON audit_event (log, pat_id, occurred_at, seq, segment, outcome, action, ip)
    WHERE pat_id IS NOT NULL;

-- The outcome in each of the others too: denials of an app were looked up row by row among all of its rows. What an index
-- holds is also what can be compared with another one without a look at any row.
CREATE INDEX audit_event_log_target_id_idx ON audit_event (log, target_id, occurred_at, seq, segment, outcome)
    WHERE target_id IS NOT NULL;
CREATE INDEX audit_event_log_app_id_idx ON audit_event (log, app_id, occurred_at, seq, segment, outcome)
    WHERE app_id IS NOT NULL;
CREATE INDEX audit_event_log_resource_idx ON audit_event (log, resource, occurred_at, seq, segment, outcome)
    WHERE resource IS NOT NULL;
CREATE INDEX audit_event_log_ip_idx ON audit_event (log, ip, occurred_at, seq, segment, outcome)
    WHERE ip IS NOT NULL;
