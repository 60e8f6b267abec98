-- The copy learns of tenants and of who is in them. A tombstone keeps whose membership it was: what is cached for that
-- user has to go.
CREATE TABLE directory_tenant (
    id           text COLLATE "C" PRIMARY KEY,
    app_id       text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    status       text NOT NULL,
    version      integer NOT NULL,
    deleted      boolean NOT NULL
);

CREATE TABLE directory_tenant_member (
    id        text COLLATE "C" PRIMARY KEY,
    app_id    text COLLATE "C" NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    role_ids  text[],
    version   integer NOT NULL,
    deleted   boolean NOT NULL
);
CREATE INDEX directory_tenant_member_user_id_tenant_id_idx ON directory_tenant_member (user_id, tenant_id);

-- The tenant a session is for; what it issues speaks for that tenant.
ALTER TABLE user_session
    ADD COLUMN tenant_id text COLLATE "C" CHECK (tenant_id ~ '^ten_[0-9A-HJKMNP-TV-Z]{26}$');
