-- Tokens that are sent by mail and used once. One row an account and purpose: a new one replaces the one before.
CREATE TABLE one_time_token (
    id          text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ver_[0-9A-HJKMNP-TV-Z]{26}$'),
    account_id  text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    purpose     text NOT NULL CHECK (purpose IN ('verify-email', 'reset-password', 'change-email')),
    digest      bytea NOT NULL CHECK (octet_length(digest) = 32),
    -- The address the mail went to: what whoever has the token has shown to be theirs.
    email       text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    expires_at  timestamptz(3) NOT NULL,
    -- Set once, by the one UPDATE that finds it empty.
    consumed_at timestamptz(3)
);
CREATE UNIQUE INDEX one_time_token_digest_key ON one_time_token (digest);
CREATE UNIQUE INDEX one_time_token_account_id_purpose_key ON one_time_token (account_id, purpose);
