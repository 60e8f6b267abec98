-- Invites to an app, by the digest of their token. The role has no foreign key: it may be deleted, which revokes what
-- invites to it.
CREATE TABLE invite (
    id         text COLLATE "C" PRIMARY KEY,
    app_id     text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    email      text COLLATE "C" NOT NULL,
    role_id    text COLLATE "C" NOT NULL,
    role_name  text COLLATE "C" NOT NULL,
    tenant_id  text COLLATE "C" REFERENCES tenant (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    digest     bytea NOT NULL CHECK (octet_length(digest) = 32),
    max_uses   integer NOT NULL CHECK (max_uses BETWEEN 1 AND 1000),
    uses       integer NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    revoked_at timestamptz(3)
);
CREATE UNIQUE INDEX invite_digest_key ON invite (digest);
CREATE INDEX invite_app_id_created_at_id_idx ON invite (app_id, created_at, id);
CREATE INDEX invite_role_id_idx ON invite (role_id);
CREATE INDEX invite_tenant_id_idx ON invite (tenant_id);
