-- Calls of each token by day, counted in the transaction that chains their rows: each exactly once. Derived: what is
-- chained is the truth, and this could be made from it again.
CREATE TABLE usage_day (
    pat_id       text COLLATE "C" NOT NULL CHECK (pat_id ~ '^pat_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- UTC, of when the call came in.
    day          date NOT NULL,
    -- Calls that were let in, whatever became of them.
    calls        bigint NOT NULL CHECK (calls >= 0),
    -- Calls that were not: the token was dead (401) or above its limit (429).
    refused      bigint NOT NULL CHECK (refused >= 0),
    -- Of the newest call that was let in.
    last_at      timestamptz(3),
    last_ip      inet,
    last_service text,
    PRIMARY KEY (pat_id, day)
) WITH (
    -- A busy token's row is updated with every batch: room on the page.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05
);

-- What is in the log already.
INSERT INTO usage_day (pat_id, day, calls, refused, last_at, last_ip, last_service)
SELECT pat_id, (occurred_at AT TIME ZONE 'UTC')::date,
       count(*) FILTER (WHERE NOT refused), count(*) FILTER (WHERE refused),
       max(occurred_at) FILTER (WHERE NOT refused),
       (array_agg(ip ORDER BY occurred_at DESC, seq DESC) FILTER (WHERE NOT refused))[1],
       (array_agg(service ORDER BY occurred_at DESC, seq DESC) FILTER (WHERE NOT refused))[1]
FROM (
    SELECT pat_id, occurred_at, ip, service, seq,
           (convert_from(body, 'UTF8')::jsonb ->> 'status') IN ('401', '429') AS refused
    FROM audit_event WHERE readable AND pat_id ~ '^pat_[0-9A-HJKMNP-TV-Z]{26}$'
) AS call
GROUP BY 1, 2;
