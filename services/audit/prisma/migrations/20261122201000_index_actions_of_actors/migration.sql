-- What somebody did of one kind is counted and found by an index of its own: before, it was read out of all that they did.
-- The index of all that they did needs the action no more.

CREATE INDEX audit_event_log_actor_id_action_idx
    ON audit_event (log, actor_id, action, occurred_at, seq, segment, outcome) WHERE actor_id IS NOT NULL;

DROP INDEX audit_event_log_actor_id_idx;
CREATE INDEX audit_event_log_actor_id_idx ON audit_event (log, actor_id, occurred_at, seq, segment, outcome)
    WHERE actor_id IS NOT NULL;
