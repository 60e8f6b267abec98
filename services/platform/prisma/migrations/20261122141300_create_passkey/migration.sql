-- Passkeys (WebAuthn level 3): the public half, nothing secret.
CREATE TABLE passkey (
    id            text COLLATE "C" PRIMARY KEY CHECK (id ~ '^pky_[0-9A-HJKMNP-TV-Z]{26}$'),
    account_id    text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    credential_id bytea NOT NULL CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    public_key    bytea NOT NULL CHECK (octet_length(public_key) <= 4096),
    -- As the authenticator counts its signatures; 0 for those that do not. It never goes back.
    counter       bigint NOT NULL CHECK (counter >= 0),
    transports    text[] NOT NULL DEFAULT '{}',
    -- True where it is synchronised between its owner's devices.
    backed_up     boolean NOT NULL,
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    last_used_at  timestamptz(3)
);
CREATE UNIQUE INDEX passkey_credential_id_key ON passkey (credential_id);
CREATE INDEX passkey_account_id_idx ON passkey (account_id);

-- Challenges that were given out, as digests. Good once, for minutes.
CREATE TABLE passkey_challenge (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    -- Who registers; NULL to sign in, when nobody is known yet.
    account_id text COLLATE "C" REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    expires_at timestamptz(3) NOT NULL
);
CREATE INDEX passkey_challenge_account_id_idx ON passkey_challenge (account_id);
CREATE INDEX passkey_challenge_expires_at_idx ON passkey_challenge (expires_at);
