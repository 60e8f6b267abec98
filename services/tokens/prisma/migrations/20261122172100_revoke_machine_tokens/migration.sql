-- Access tokens of machines that were revoked before they expire; they belong to no session that could end.
CREATE TABLE revoked_access_token (
    jti           text COLLATE "C" PRIMARY KEY CHECK (length(jti) BETWEEN 1 AND 100),
    credential_id text COLLATE "C" NOT NULL,
    expires_at    timestamptz(3) NOT NULL
);
CREATE INDEX revoked_access_token_expires_at_idx ON revoked_access_token (expires_at);
