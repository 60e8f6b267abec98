-- The second factor of an account. The TOTP secret is sealed (AES-256-GCM) under a key that the database never sees.
CREATE TABLE two_factor (
    account_id   text COLLATE "C" PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    sealed       bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 30 AND 200),
    -- NULL until the first code was shown; asked for at sign-in only then.
    activated_at timestamptz(3),
    -- The time step of the last accepted code: none is accepted twice (RFC 6238 section 5.2).
    last_step    bigint NOT NULL DEFAULT 0,
    created_at   timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE recovery_code (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    account_id text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    used_at    timestamptz(3)
);
CREATE INDEX recovery_code_account_id_idx ON recovery_code (account_id);

-- The password was right, the second factor is still to come. Good for one session, for minutes.
CREATE TABLE sign_in_challenge (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    account_id text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    expires_at timestamptz(3) NOT NULL
);
CREATE INDEX sign_in_challenge_account_id_idx ON sign_in_challenge (account_id);
CREATE INDEX sign_in_challenge_expires_at_idx ON sign_in_challenge (expires_at);
