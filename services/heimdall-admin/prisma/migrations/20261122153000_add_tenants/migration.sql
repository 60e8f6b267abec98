-- Customer organizations inside an app. A deleted one stays as a row without content, so that its end can be brought
-- over however often that is asked for; its name is free again.
CREATE TABLE tenant (
    id           text COLLATE "C" PRIMARY KEY,
    app_id       text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    name         text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    status       text NOT NULL CHECK (status IN ('active', 'archived', 'deleted')),
    metadata     jsonb NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz(3) NOT NULL,
    updated_at   timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX tenant_app_id_name_key ON tenant (app_id, name) WHERE status <> 'deleted';
CREATE INDEX tenant_app_id_created_at_id_idx ON tenant (app_id, created_at, id);

-- A user in a tenant. One row for good: whoever leaves and comes again gets a higher version, never a second record.
CREATE TABLE tenant_member (
    id         text COLLATE "C" PRIMARY KEY,
    app_id     text COLLATE "C" NOT NULL,
    tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    user_id    text COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    -- NULL: the role was deleted.
    role_id    text COLLATE "C" REFERENCES role (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    removed_at timestamptz(3)
);
CREATE UNIQUE INDEX tenant_member_tenant_id_user_id_key ON tenant_member (tenant_id, user_id);
CREATE INDEX tenant_member_user_id_idx ON tenant_member (user_id);
CREATE INDEX tenant_member_role_id_idx ON tenant_member (role_id);
