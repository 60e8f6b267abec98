-- The lease protocol of docs/revocation.md on this service's own database: its processes cache what authorize needs.
CREATE TABLE inval_pos (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    n   bigint NOT NULL CHECK (n >= 0)
);
INSERT INTO inval_pos (n) VALUES (0);

CREATE TABLE inval_log (
    n    bigint PRIMARY KEY CHECK (n > 0),
    kind text NOT NULL CHECK (kind IN ('app', 'user', 'role', 'credential', 'session', 'signing-key')),
    id   text COLLATE "C" NOT NULL CHECK (length(id) BETWEEN 1 AND 200),
    at   timestamptz(3) NOT NULL
);
CREATE INDEX inval_log_at_idx ON inval_log (at);

CREATE TABLE lease_holder (
    id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^lh_[0-9A-HJKMNP-TV-Z]{26}$'),
    service    text NOT NULL CHECK (service ~ '^[a-z][a-z0-9-]{0,62}$'),
    joined_at  timestamptz(3) NOT NULL DEFAULT now(),
    touched_at timestamptz(3) NOT NULL DEFAULT now(),
    -- Set once, never cleared: a closed holder joins anew under another id.
    closed_at  timestamptz(3)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- Whoever restores a dump into a running server sets a new value here.
CREATE TABLE epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    value text NOT NULL DEFAULT gen_random_uuid()::text
);
INSERT INTO epoch DEFAULT VALUES;

-- Allows that app API keys were given: counted here, as they leave no audit row.
CREATE TABLE authorize_count (
    app_id  text COLLATE "C" NOT NULL,
    key_id  text COLLATE "C" NOT NULL,
    day     date NOT NULL,
    allowed bigint NOT NULL CHECK (allowed > 0),
    PRIMARY KEY (app_id, key_id, day)
);
