-- The log by months, in chain order. A row belongs to the month in which its place in the chain was given out, by this
-- database's clock and never before the row ahead of it: along a chain `seq` and `segment` rise together, so that whole
-- segments can be retired from its front (docs/audit-chain.md). It copies all rows once: about a minute per million.

-- A month as a number, 202611, in UTC.
CREATE FUNCTION segment_of(at timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (extract(year FROM at AT TIME ZONE 'UTC') * 100 + extract(month FROM at AT TIME ZONE 'UTC'))::integer
$$;

CREATE FUNCTION segment_after(segment integer, months integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (segment / 100 * 12 + segment % 100 - 1 + months) / 12 * 100
         + (segment / 100 * 12 + segment % 100 - 1 + months) % 12 + 1
$$;

CREATE OR REPLACE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.log <> OLD.log OR NEW.seq < OLD.seq OR (NEW.seq = OLD.seq AND NEW.hash <> OLD.hash)
        OR NEW.segment < OLD.segment OR NEW.first_segment < OLD.first_segment OR NEW.first_seq < OLD.first_seq THEN
        RAISE EXCEPTION 'chain % cannot go from % to %', OLD.log, OLD.seq, NEW.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

ALTER TABLE chain_head
    -- Of its newest row. New rows never stand in an earlier one.
    ADD COLUMN segment       integer NOT NULL DEFAULT 0,
    -- Everything before these was retired.
    ADD COLUMN first_segment integer NOT NULL DEFAULT 0,
    ADD COLUMN first_seq     bigint  NOT NULL DEFAULT 1 CHECK (first_seq > 0);
UPDATE chain_head SET segment = segment_of(now()), first_segment = segment_of(now());

-- What is no longer kept of a log: whole segments, each with the checkpoint that goes on vouching for its last row.
CREATE TABLE retired_segment (
    log        text COLLATE "C" NOT NULL,
    segment    integer NOT NULL,
    first_seq  bigint NOT NULL CHECK (first_seq > 0),
    last_seq   bigint NOT NULL CHECK (last_seq >= first_seq),
    last_hash  bytea  NOT NULL CHECK (octet_length(last_hash) = 32),
    -- Number of the checkpoint with a span that ends at last_seq.
    checkpoint bigint NOT NULL,
    retired_at timestamptz(3) NOT NULL DEFAULT now(),
    -- When the last of its rows was gone.
    removed_at timestamptz(3),
    PRIMARY KEY (log, segment)
);
CREATE INDEX retired_segment_unfinished_idx ON retired_segment (log, segment) WHERE removed_at IS NULL;

ALTER TABLE audit_event RENAME TO audit_event_before;

CREATE TABLE audit_event (
    -- 'aud_…' of the event; 'raw_…' when it could not be read.
    id              text COLLATE "C" NOT NULL,
    -- Whose chain: 'ws_…', 'acc_…', or '_unreadable'.
    log             text COLLATE "C" NOT NULL,
    -- Place in the chain, from 1, without gaps.
    seq             bigint NOT NULL CHECK (seq > 0),
    segment         integer NOT NULL,
    -- The service whose outbox it came from.
    source          text NOT NULL,
    hash            bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- The event exactly as it was queued.
    body            bytea NOT NULL,
    -- What follows is derived, to find rows by. It proves nothing.
    readable        boolean NOT NULL,
    received_at     timestamptz(3) NOT NULL DEFAULT now(),
    occurred_at     timestamptz(3) NOT NULL,
    service         text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL,
    required_action text COLLATE "C",
    access          text COLLATE "C",
    outcome         text COLLATE "C" NOT NULL,
    actor_id        text COLLATE "C",
    pat_id          text COLLATE "C",
    target_id       text COLLATE "C",
    app_id          text COLLATE "C",
    resource        text COLLATE "C",
    request_id      text COLLATE "C",
    ip              inet,
    -- Words of metadata and changes, and the log itself as one more: an index over all logs answers for one.
    search          tsvector
) PARTITION BY LIST (segment);

-- A partition for a month. It is filled and read through the parent only: the service has no rights on it.
CREATE FUNCTION add_segment(wanted integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text := 'audit_event_' || wanted;
BEGIN
    IF wanted NOT BETWEEN 200001 AND 299912 OR wanted % 100 NOT BETWEEN 1 AND 12 THEN
        RAISE EXCEPTION '% is no month', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass('public.' || name) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Only ever added to: vacuum has nothing to clean, but must set visibility for counts that read an index only.
    EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
        WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_freeze_min_age = 1000000)', name);
    -- Those of the parent do not speak for a statement that names the partition.
    EXECUTE format('CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR TRUNCATE ON public.%I
        FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', name);
    -- Attached rather than created in place: that does not wait for, nor hold up, who writes at the time.
    EXECUTE format('ALTER TABLE public.audit_event ATTACH PARTITION public.%I FOR VALUES IN (%s)', name, wanted);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION add_segment(integer) FROM PUBLIC;

-- This month and the next two. The service calls it, at its start and every hour: it has no right to do it itself.
CREATE FUNCTION ensure_segments() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    added integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(770022);
    FOR ahead IN 0..2 LOOP
        IF public.add_segment(public.segment_after(public.segment_of(now()), ahead)) THEN
            added := added + 1;
        END IF;
    END LOOP;
    RETURN added;
END
$$;
REVOKE ALL ON FUNCTION ensure_segments() FROM PUBLIC;

SELECT ensure_segments();

-- What was there before is one segment, this month's, however old: nothing but the order of months has to hold.
INSERT INTO audit_event
SELECT old.id, old.log, old.seq, segment_of(now()), old.source, old.hash, old.body, old.readable, old.received_at,
       old.occurred_at, old.service, old.action, old.required_action, event.doc ->> 'access', old.outcome, old.actor_id,
       old.pat_id, old.target_id, old.app_id, old.resource, old.request_id, old.ip, found.words
FROM audit_event_before AS old
LEFT JOIN LATERAL (SELECT convert_from(old.body, 'UTF8')::jsonb AS doc WHERE old.readable) AS event ON true
LEFT JOIN LATERAL (
    SELECT array_to_tsvector(array_agg(DISTINCT lower(left(word[1], 64))) || old.log) AS words
    FROM jsonb_path_query(jsonb_build_array(event.doc -> 'metadata', event.doc -> 'changes'), 'lax $.**') AS leaf,
         regexp_matches(leaf #>> '{}', '[[:alnum:]]+', 'g') AS word
    WHERE jsonb_typeof(leaf) IN ('string', 'number')
    HAVING count(*) > 0
) AS found ON true;

DO $$
BEGIN
    IF (SELECT count(*) FROM audit_event) <> (SELECT count(*) FROM audit_event_before)
        OR EXISTS (
            SELECT FROM chain_head AS head
            WHERE head.seq > 0 AND NOT EXISTS (
                SELECT FROM audit_event AS event
                WHERE event.log = head.log AND event.seq = head.seq AND event.hash = head.hash
            )
        ) THEN
        RAISE EXCEPTION 'rows were lost on the way';
    END IF;
END
$$;
DROP TABLE audit_event_before;

ALTER TABLE audit_event ADD PRIMARY KEY (log, seq, segment);
-- An id is unique over all months by the look-up under the heads' lock; this holds within one, whatever happens.
CREATE UNIQUE INDEX audit_event_id_segment_key ON audit_event (id, segment);

-- Pages are newest first: occurred_at, then seq. Each filter leads to rows in that order.
CREATE INDEX audit_event_log_occurred_at_seq_idx ON audit_event (log, occurred_at, seq);
CREATE INDEX audit_event_log_action_occurred_at_seq_idx ON audit_event (log, action, occurred_at, seq);
CREATE INDEX audit_event_log_outcome_idx ON audit_event (log, outcome, occurred_at, seq) WHERE outcome <> 'success';
CREATE INDEX audit_event_log_actor_id_idx ON audit_event (log, actor_id, occurred_at, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_event_log_pat_id_idx ON audit_event (log, pat_id, occurred_at, seq) WHERE pat_id IS NOT NULL;
CREATE INDEX audit_event_log_target_id_idx ON audit_event (log, target_id, occurred_at, seq) WHERE target_id IS NOT NULL;
CREATE INDEX audit_event_log_app_id_idx ON audit_event (log, app_id, occurred_at, seq) WHERE app_id IS NOT NULL;
CREATE INDEX audit_event_log_resource_idx ON audit_event (log, resource, occurred_at, seq) WHERE resource IS NOT NULL;
CREATE INDEX audit_event_log_ip_idx ON audit_event (log, ip, occurred_at, seq) WHERE ip IS NOT NULL;
CREATE INDEX audit_event_request_id_idx ON audit_event (request_id);
CREATE INDEX audit_event_search_idx ON audit_event USING gin (search) WHERE search IS NOT NULL;

CREATE TRIGGER audit_event_append_only
    BEFORE UPDATE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody removes a row but of a segment that was retired, the owner included. Each partition gets it from the parent.
CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.retired_segment AS retired
        WHERE retired.log = OLD.log AND retired.segment = OLD.segment
            AND OLD.seq BETWEEN retired.first_seq AND retired.last_seq
    ) THEN
        RAISE EXCEPTION 'DELETE of % is refused: the audit log is append-only', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER audit_event_keeps_rows
    BEFORE DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();

-- What was retired stays so.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
        OR (NEW.log, NEW.segment, NEW.first_seq, NEW.last_seq, NEW.last_hash, NEW.checkpoint, NEW.retired_at)
            IS DISTINCT FROM
           (OLD.log, OLD.segment, OLD.first_seq, OLD.last_seq, OLD.last_hash, OLD.checkpoint, OLD.retired_at) THEN
        RAISE EXCEPTION 'UPDATE of % is refused: the audit log is append-only', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER retired_segment_is_final
    BEFORE UPDATE ON retired_segment
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER retired_segment_append_only
    BEFORE DELETE OR TRUNCATE ON retired_segment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Retires every segment of a log before the given month. Whoever takes the service over gets no further with it: never
-- rows of the last 30 days, never what no checkpoint vouches for to its very last row, never from the middle.
CREATE FUNCTION retire_segments(wanted text, before integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head     public.chain_head%ROWTYPE;
    part     record;
    vouching bigint;
    newest   bytea;
    next_seq bigint;
    retired  integer := 0;
BEGIN
    IF before > public.segment_of(now() - interval '30 days') THEN
        RAISE EXCEPTION 'segments up to % are not closed for 30 days', before USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO head FROM public.chain_head WHERE log = wanted FOR UPDATE;
    IF NOT FOUND OR head.first_segment >= before THEN
        RETURN 0;
    END IF;
    next_seq := head.first_seq;
    FOR part IN
        SELECT event.segment, min(event.seq) AS first_seq, max(event.seq) AS last_seq, count(*) AS rows
        FROM public.audit_event AS event
        WHERE event.log = wanted AND event.segment >= head.first_segment AND event.segment < before
        GROUP BY event.segment ORDER BY event.segment
    LOOP
        IF part.first_seq <> next_seq OR part.rows <> part.last_seq - part.first_seq + 1 THEN
            RAISE EXCEPTION 'chain % is broken in %: it is kept until somebody has looked', wanted, part.segment
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT event.hash INTO newest FROM public.audit_event AS event
        WHERE event.log = wanted AND event.seq = part.last_seq AND event.segment = part.segment;
        SELECT span.number INTO vouching FROM public.checkpoint_span AS span
        WHERE span.log = wanted AND span.to_seq = part.last_seq AND span.hash = newest;
        IF vouching IS NULL THEN
            RAISE EXCEPTION 'no checkpoint vouches for % up to %', wanted, part.last_seq
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        INSERT INTO public.retired_segment (log, segment, first_seq, last_seq, last_hash, checkpoint)
        VALUES (wanted, part.segment, part.first_seq, part.last_seq, newest, vouching);
        next_seq := part.last_seq + 1;
        retired := retired + 1;
        vouching := NULL;
    END LOOP;
    -- Also the newest segment: were the clock set back, a retired one must not grow again.
    UPDATE public.chain_head
    SET first_seq = next_seq, first_segment = before, segment = greatest(segment, before)
    WHERE log = wanted;
    RETURN retired;
END
$$;
REVOKE ALL ON FUNCTION retire_segments(text, integer) FROM PUBLIC;

-- Removes so many rows of retired segments at most. -1: there is nothing left to remove.
CREATE FUNCTION remove_retired_rows(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone    public.retired_segment%ROWTYPE;
    front   bigint;
    removed integer;
BEGIN
    SELECT * INTO gone FROM public.retired_segment WHERE removed_at IS NULL
    ORDER BY log, segment LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN -1;
    END IF;
    SELECT min(event.seq) INTO front FROM public.audit_event AS event
    WHERE event.log = gone.log AND event.segment = gone.segment;
    IF front IS NULL THEN
        UPDATE public.retired_segment SET removed_at = now() WHERE log = gone.log AND segment = gone.segment;
        RETURN 0;
    END IF;
    DELETE FROM public.audit_event AS event
    WHERE event.log = gone.log AND event.segment = gone.segment AND event.seq >= front AND event.seq < front + most;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
REVOKE ALL ON FUNCTION remove_retired_rows(integer) FROM PUBLIC;

-- Drops partitions of past months that hold nothing. Last month's stays: the clock may be set back a little.
CREATE FUNCTION drop_empty_segments() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    part    record;
    is_used boolean;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT child.relname AS name FROM pg_inherits
        JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'public.audit_event'::regclass
            AND substring(child.relname FROM '[0-9]{6}$')::integer
                < public.segment_after(public.segment_of(now()), -1)
        ORDER BY child.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part.name) INTO is_used;
        CONTINUE WHEN is_used;
        -- In the order in which writers lock them.
        LOCK TABLE public.audit_event IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', part.name);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part.name) INTO is_used;
        CONTINUE WHEN is_used;
        EXECUTE format('DROP TABLE public.%I', part.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_empty_segments() FROM PUBLIC;

-- Rows of each log by day and kind, counted in the transaction that chains them: each exactly once. For charts, and to
-- know which actions a pattern means. It names nobody, and outlives the rows.
CREATE TABLE event_day (
    log             text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL,
    -- Here and in `access`, '' is for none.
    required_action text COLLATE "C" NOT NULL,
    service         text COLLATE "C" NOT NULL,
    outcome         text COLLATE "C" NOT NULL,
    access          text COLLATE "C" NOT NULL,
    -- UTC, of when it happened.
    day             date NOT NULL,
    rows            bigint NOT NULL CHECK (rows > 0),
    -- The day last: the kinds of a log are found by stepping from one to the next.
    PRIMARY KEY (log, action, required_action, service, outcome, access, day)
) WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.05
);
CREATE INDEX event_day_log_day_idx ON event_day (log, day);

INSERT INTO event_day
SELECT log, action, coalesce(required_action, ''), service, outcome, coalesce(access, ''),
       (occurred_at AT TIME ZONE 'UTC')::date, count(*)
FROM audit_event GROUP BY 1, 2, 3, 4, 5, 6, 7;
