-- The mail queue of a service: mail that no server has accepted yet. A migration of every service that sends mail
-- carries this text (a test compares). A row is inserted by the change that the mail tells of, in its transaction, and
-- deleted when the server has accepted it or its time is over.
CREATE TABLE queued_mail (
    id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^evt_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- What it is about, for metrics and logs; never whom it is for.
    kind       text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]{0,62}$'),
    -- Address, subject and text under AES-256-GCM with the id as associated data: links hold one-time tokens.
    sealed     bytea NOT NULL CHECK (octet_length(sealed) <= 131072),
    attempts   integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Not to be touched before. Whoever takes a row moves this on, so that no two senders have the same one.
    next_at    timestamptz(3) NOT NULL DEFAULT now(),
    -- When it has lost its meaning, and is given up.
    expires_at timestamptz(3) NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX queued_mail_next_at_idx ON queued_mail (next_at);
