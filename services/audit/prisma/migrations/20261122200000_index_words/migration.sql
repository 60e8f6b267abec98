-- Words of the log in the order of time: an index over `search` finds the rows of a word, but each of ten thousand had to be
-- looked up to count it, or to know when it happened. One line for each word of a row, in the same months as the rows. Derived,
-- like all columns of a row that only serve to find it.
CREATE TABLE audit_word (
    log         text COLLATE "C" NOT NULL,
    word        text COLLATE "C" NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    seq         bigint NOT NULL,
    segment     integer NOT NULL,
    -- The word before it among those of its row, in the order of bytes; '' where it is the first. Of all words of a row that
    -- begin alike, the one whose previous does not stands for the row: each row is found once.
    previous    text COLLATE "C" NOT NULL,
    PRIMARY KEY (log, word, occurred_at, seq, segment, previous)
) PARTITION BY LIST (segment);

CREATE TRIGGER audit_word_append_only
    BEFORE UPDATE OR TRUNCATE ON audit_word
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_word_keeps_rows
    BEFORE DELETE ON audit_word
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();

CREATE FUNCTION add_word_segment(wanted integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text := 'audit_word_' || wanted;
BEGIN
    IF to_regclass('public.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_word INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
        WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_freeze_min_age = 1000000)', name);
    EXECUTE format('CREATE TRIGGER audit_word_append_only BEFORE UPDATE OR TRUNCATE ON public.%I
        FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', name);
    EXECUTE format('ALTER TABLE public.audit_word ATTACH PARTITION public.%I FOR VALUES IN (%s)', name, wanted);
END
$$;
REVOKE ALL ON FUNCTION add_word_segment(integer) FROM PUBLIC;

-- As before, and the words' partition with it, which has to be there first.
CREATE OR REPLACE FUNCTION add_segment(wanted integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text := 'audit_event_' || wanted;
BEGIN
    IF wanted NOT BETWEEN 200001 AND 299912 OR wanted % 100 NOT BETWEEN 1 AND 12 THEN
        RAISE EXCEPTION '% is no month', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM public.add_word_segment(wanted);
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

-- The months that are there, and the words of their rows. From now until the end of this transaction nobody appends, so
-- that no row is left without its words.
LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE;
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT substring(child.relname FROM '[0-9]{6}$')::integer AS segment FROM pg_inherits
        JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'public.audit_event'::regclass
    LOOP
        PERFORM add_word_segment(part.segment);
    END LOOP;
END
$$;
INSERT INTO audit_word (log, word, occurred_at, seq, segment, previous)
SELECT event.log, found.word, event.occurred_at, event.seq, event.segment,
       coalesce(lag(found.word) OVER (PARTITION BY event.log, event.seq ORDER BY found.word), '')
FROM audit_event AS event
CROSS JOIN LATERAL (SELECT word COLLATE "C" FROM unnest(tsvector_to_array(event.search)) AS word) AS found (word)
WHERE event.search IS NOT NULL AND found.word <> event.log;

-- A retired month is done when its words are gone too; the service counts them like rows.
CREATE OR REPLACE FUNCTION remove_retired_rows(most integer) RETURNS integer
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
    DELETE FROM public.audit_word AS word USING (
        SELECT each.word, each.occurred_at, each.seq FROM public.audit_word AS each
        WHERE each.log = gone.log AND each.segment = gone.segment LIMIT most
    ) AS chosen
    WHERE word.log = gone.log AND word.segment = gone.segment
        AND word.word = chosen.word AND word.occurred_at = chosen.occurred_at AND word.seq = chosen.seq;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN
        -- Nothing of the log's rows so far: they are counted when they go.
        RETURN 0;
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

-- As before, and the words' partition of a month whose rows' partition is gone: in a transaction after that one's, so that
-- nobody who reads words and then rows stands in the way of it, nor it in theirs.
CREATE OR REPLACE FUNCTION drop_empty_segments() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    part    record;
    is_used boolean;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT child.relname AS name FROM pg_inherits
        JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'public.audit_word'::regclass
            AND to_regclass('public.audit_event_' || substring(child.relname FROM '[0-9]{6}$')) IS NULL
    LOOP
        EXECUTE format('DROP TABLE public.%I', part.name);
        -- The rest at the next call, for which these locks are gone.
        RETURN 0;
    END LOOP;
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
