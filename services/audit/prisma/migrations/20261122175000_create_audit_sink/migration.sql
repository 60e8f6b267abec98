-- Where logs are forwarded to, and how far each has come.
CREATE TABLE audit_sink (
    id              text COLLATE "C" PRIMARY KEY,
    log             text COLLATE "C" NOT NULL,
    name            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('webhook', 'file', 'syslog')),
    url             text CHECK ((url IS NULL) = (kind = 'file')),
    filter          jsonb NOT NULL,
    enabled         boolean NOT NULL DEFAULT true,
    -- Sealed with AES-256-GCM under SINK_KEY and the sink's id.
    secret          bytea CHECK ((secret IS NULL) = (kind <> 'webhook')),
    previous_secret bytea,
    previous_until  timestamptz(3),
    -- All rows up to here were delivered, or did not fit the filter.
    position        bigint NOT NULL CHECK (position >= 0),
    -- The end of a message that failed: it is repeated as it was, under the same id.
    pending_to      bigint,
    delivered_at    timestamptz(3),
    failures        integer NOT NULL DEFAULT 0,
    failing_since   timestamptz(3),
    last_error      text,
    next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
    gave_up_at      timestamptz(3),
    -- The process that delivers at the moment, and until when the others leave it alone.
    holder          text,
    held_until      timestamptz(3),
    created_by      text NOT NULL,
    created_at      timestamptz(3) NOT NULL DEFAULT now(),
    updated_at      timestamptz(3) NOT NULL DEFAULT now()
) WITH (
    -- Updated with every message.
    fillfactor = 70
);
CREATE INDEX audit_sink_log_idx ON audit_sink (log, id);
CREATE INDEX audit_sink_due_idx ON audit_sink (next_attempt_at) WHERE enabled;

-- What a service remembers of calls with an Idempotency-Key, for 24 hours. Every service with such operations has a
-- migration that carries this text (a check compares). Nothing in a row is readable without the credential of the call.
CREATE TABLE idempotency_key (
    -- SHA-256 of the credential's id, the operation and the key.
    scope       bytea PRIMARY KEY CHECK (octet_length(scope) = 32),
    -- The call that holds the key; another one's once it was taken over.
    claim       uuid NOT NULL,
    claimed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Says whether the same secret is presented again: a rotated credential keeps its id.
    holder      bytea NOT NULL CHECK (octet_length(holder) = 32),
    -- HMAC of what was asked, under a key made of the credential: a body may hold a password.
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    -- Set inside the transaction of the change itself.
    effected    boolean NOT NULL DEFAULT false,
    -- AES-256-GCM under a key made of the credential: an answer may hold a secret that is shown once.
    answer      bytea
);
CREATE INDEX idempotency_key_claimed_at_idx ON idempotency_key (claimed_at);
