-- How often somebody has failed at a password lately, at the invites of this service. Keys are HMACs: addresses that nobody
-- has are counted like those of users, and a dump names neither. Rows may be lost or pruned; they are no record of anything.
CREATE TABLE guess_budget (
    key        bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    failures   integer NOT NULL CHECK (failures >= 0),
    -- No attempt before; '-infinity' while attempts are free.
    next_at    timestamptz NOT NULL,
    touched_at timestamptz NOT NULL
);
CREATE INDEX guess_budget_touched_at_idx ON guess_budget (touched_at);
