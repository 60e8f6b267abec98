-- Where secrets were found in public, each place once: an alert that comes again finds its row and does nothing.
CREATE TABLE leak_report (
    -- Of a token or a session.
    credential_id text COLLATE "C" NOT NULL CHECK (credential_id ~ '^(pat|ses)_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- SHA-256 of source and URL: a URL is too long to be part of a key.
    place         bytea NOT NULL CHECK (octet_length(place) = 32),
    source        text NOT NULL CHECK (length(source) <= 100),
    url           text NOT NULL CHECK (length(url) <= 4096),
    -- What was done.
    action        text NOT NULL CHECK (action IN ('revoke', 'quarantine')),
    reported_at   timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (credential_id, place)
);
