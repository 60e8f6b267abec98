-- The chained log. The law of this schema: rows are added, never changed and never removed (docs/audit-chain.md).

-- The newest row of each chain; appending locks it, so a chain grows one row after the other.
CREATE TABLE chain_head (
    log  text COLLATE "C" PRIMARY KEY,
    seq  bigint NOT NULL CHECK (seq >= 0),
    hash bytea  NOT NULL CHECK (octet_length(hash) = 32)
) WITH (
    -- Updated with every batch: room on the page, so that the index is left alone.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05
);

-- Partitions by time come with size: this table then becomes the first partition of a table partitioned by id (ids sort
-- by time), which keeps id unique over all partitions and rewrites nothing. Nothing may hold a foreign key to it.
CREATE TABLE audit_event (
    -- 'aud_…' of the event; 'raw_…' when it could not be read.
    id              text COLLATE "C" PRIMARY KEY,
    -- Whose chain: 'ws_…', 'acc_…', or '_unreadable'.
    log             text COLLATE "C" NOT NULL,
    -- Place in the chain, from 1, without gaps.
    seq             bigint NOT NULL CHECK (seq > 0),
    -- The service whose outbox it came from.
    source          text NOT NULL,
    hash            bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- The event exactly as it was queued.
    body            bytea NOT NULL,
    -- What follows is derived, to find rows by. It proves nothing.
    readable        boolean NOT NULL,
    received_at     timestamptz(3) NOT NULL DEFAULT now(),
    occurred_at     timestamptz(3) NOT NULL,
    service         text NOT NULL,
    action          text NOT NULL,
    required_action text,
    outcome         text NOT NULL,
    actor_id        text,
    pat_id          text,
    target_id       text,
    app_id          text,
    resource        text,
    request_id      text,
    ip              inet
) WITH (
    -- Only ever added to: vacuum has nothing to clean, but must set visibility for counts that read an index only.
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_freeze_min_age = 1000000
);

CREATE UNIQUE INDEX audit_event_log_seq_key ON audit_event (log, seq);

-- Pages are newest first: occurred_at, then seq. Each filter leads to rows in that order.
CREATE INDEX audit_event_log_occurred_at_seq_idx ON audit_event (log, occurred_at, seq);
CREATE INDEX audit_event_log_action_occurred_at_idx ON audit_event (log, action, occurred_at);
CREATE INDEX audit_event_log_required_action_idx ON audit_event (log, required_action, occurred_at)
    WHERE required_action <> action;
CREATE INDEX audit_event_log_outcome_idx ON audit_event (log, outcome, occurred_at) WHERE outcome <> 'success';
CREATE INDEX audit_event_log_actor_id_idx ON audit_event (log, actor_id, occurred_at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_event_log_pat_id_idx ON audit_event (log, pat_id, occurred_at) WHERE pat_id IS NOT NULL;
CREATE INDEX audit_event_log_target_id_idx ON audit_event (log, target_id, occurred_at) WHERE target_id IS NOT NULL;
CREATE INDEX audit_event_log_app_id_idx ON audit_event (log, app_id, occurred_at) WHERE app_id IS NOT NULL;
CREATE INDEX audit_event_log_resource_idx ON audit_event (log, resource, occurred_at) WHERE resource IS NOT NULL;
CREATE INDEX audit_event_request_id_idx ON audit_event (request_id);

-- Grants keep the service from changing rows; these keep everybody who did not mean to, the owner included.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_event_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER chain_head_keeps_chains
    BEFORE DELETE OR TRUNCATE ON chain_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <= OLD.seq OR NEW.log <> OLD.log THEN
        RAISE EXCEPTION 'chain % cannot go from % to %', OLD.log, OLD.seq, NEW.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER chain_head_moves_forward
    BEFORE UPDATE ON chain_head
    FOR EACH ROW EXECUTE FUNCTION refuse_step_back();

-- The outbox of a service: audit events that audit has not acknowledged yet. Every service's first migration carries
-- this text (a test compares). Rows are inserted by the service, read in order of seq and deleted by its relay.
CREATE TABLE outbox_event (
    -- Order of delivery, not a cursor: a later number can be committed before an earlier one.
    seq  bigserial PRIMARY KEY,
    -- The event's own id. An insert of unknown outcome is repeated with the same id.
    id   text COLLATE "C" NOT NULL UNIQUE,
    -- The serialized event, as it will be chained. The bound keeps every row small enough to be sent.
    body text NOT NULL CHECK (octet_length(body) <= 65536)
) WITH (
    -- A queue: dead rows are all at its front, and every look at the front walks over them until they are vacuumed.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 50000,
    toast.autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 5000,
    toast.autovacuum_vacuum_cost_delay = 0
);
