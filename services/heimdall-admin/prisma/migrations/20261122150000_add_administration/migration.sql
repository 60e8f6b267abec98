-- Only what an app has chosen; everything else is the default of the moment.
ALTER TABLE app
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

ALTER TABLE app_user
    ADD COLUMN email_verified boolean NOT NULL DEFAULT false,
    -- Rises when all sessions of the user end.
    ADD COLUMN session_epoch  integer NOT NULL DEFAULT 1;

-- A key minted before there were permissions may do what it could do then: everything.
ALTER TABLE app_key
    ADD COLUMN permissions  text[] DEFAULT ARRAY['*:*'],
    ADD COLUMN last_used_at timestamptz(3);

CREATE TABLE credential (
    id           text COLLATE "C" PRIMARY KEY,
    app_id       text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    client_id    text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    status       text NOT NULL CHECK (status IN ('active', 'revoked')),
    permissions  text[],
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz(3) NOT NULL,
    updated_at   timestamptz(3) NOT NULL,
    last_used_at timestamptz(3)
);
CREATE UNIQUE INDEX credential_client_id_key ON credential (client_id);
CREATE INDEX credential_app_id_created_at_id_idx ON credential (app_id, created_at, id);

-- The secrets of a credential by digest: the newest has no end, the ones before it end with their overlap.
CREATE TABLE credential_secret (
    digest        bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    credential_id text COLLATE "C" NOT NULL REFERENCES credential (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    last_four     text NOT NULL,
    created_at    timestamptz(3) NOT NULL,
    until         timestamptz(3)
);
CREATE INDEX credential_secret_credential_id_idx ON credential_secret (credential_id);
