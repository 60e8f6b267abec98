-- Second factors of end users. Like the copy of the directory they have no foreign keys: a user's record may be away
-- and come again.
CREATE TABLE user_two_factor (
    user_id      text COLLATE "C" PRIMARY KEY CHECK (user_id ~ '^usr_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- Bound to the user, by TWO_FACTOR_SECRET.
    sealed       bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 30 AND 200),
    -- NULL until the first code was shown; asked for at sign-in only then.
    activated_at timestamptz(3),
    -- The time step of the last accepted code: none is accepted twice (RFC 6238 section 5.2).
    last_step    bigint NOT NULL DEFAULT 0,
    created_at   timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE user_recovery_code (
    digest  bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    user_id text COLLATE "C" NOT NULL,
    used_at timestamptz(3)
);
CREATE INDEX user_recovery_code_user_id_idx ON user_recovery_code (user_id);

-- The password was right, the second factor is still to come. Good for one session, for minutes.
CREATE TABLE user_sign_in_challenge (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    app_id     text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    -- Compared with the moment in which all sessions of the user have ended.
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz(3) NOT NULL
);
CREATE INDEX user_sign_in_challenge_user_id_idx ON user_sign_in_challenge (user_id);
CREATE INDEX user_sign_in_challenge_expires_at_idx ON user_sign_in_challenge (expires_at);
