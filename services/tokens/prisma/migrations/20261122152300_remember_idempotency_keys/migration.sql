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
