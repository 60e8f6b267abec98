-- Tokens that are sent to end users by mail and used once.
CREATE TABLE user_mail_token (
    id            text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ver_[0-9A-HJKMNP-TV-Z]{26}$'),
    app_id        text COLLATE "C" NOT NULL,
    -- No foreign key: the directory is a copy, and its records come and go by themselves.
    user_id       text COLLATE "C" NOT NULL,
    purpose       text NOT NULL CHECK (purpose IN ('verify-email', 'reset-password')),
    digest        bytea NOT NULL CHECK (octet_length(digest) = 32),
    -- The address the mail went to: what whoever has the token has shown to be theirs.
    email         text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    -- HMAC of the password's hash when the mail was sent: another password makes the link worthless.
    password_mark bytea NOT NULL CHECK (octet_length(password_mark) = 32),
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    expires_at    timestamptz(3) NOT NULL,
    -- Set by the one UPDATE that finds it empty; empty again where the record could not be asked.
    consumed_at   timestamptz(3)
);
CREATE UNIQUE INDEX user_mail_token_digest_key ON user_mail_token (digest);
CREATE UNIQUE INDEX user_mail_token_user_id_purpose_key ON user_mail_token (user_id, purpose);
CREATE INDEX user_mail_token_expires_at_idx ON user_mail_token (expires_at);
