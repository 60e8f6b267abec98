CREATE TABLE app (
    id           text COLLATE "C" PRIMARY KEY,
    workspace_id text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    status       text NOT NULL CHECK (status IN ('active', 'archived')),
    metadata     jsonb NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz(3) NOT NULL,
    updated_at   timestamptz(3) NOT NULL
);
-- Names are global: a token call of seed 001 names an app and no workspace.
CREATE UNIQUE INDEX app_name_key ON app (name);
CREATE INDEX app_workspace_id_created_at_id_idx ON app (workspace_id, created_at, id);

CREATE TABLE role (
    id           text COLLATE "C" PRIMARY KEY,
    app_id       text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    name         text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    permissions  text[],
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz(3) NOT NULL,
    updated_at   timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX role_app_id_name_key ON role (app_id, name);

CREATE TABLE app_user (
    id            text COLLATE "C" PRIMARY KEY,
    app_id        text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    email         text NOT NULL,
    email_key     text COLLATE "C" NOT NULL,
    display_name  text NOT NULL,
    password_hash text,
    status        text NOT NULL CHECK (status IN ('active', 'deactivated')),
    metadata      jsonb NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz(3) NOT NULL,
    updated_at    timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX user_app_id_email_key_key ON app_user (app_id, email_key);
CREATE INDEX app_user_app_id_created_at_id_idx ON app_user (app_id, created_at, id);

CREATE TABLE user_role (
    user_id    text COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    role_id    text COLLATE "C" NOT NULL REFERENCES role (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_role_role_id_idx ON user_role (role_id);

CREATE TABLE app_key (
    id         text COLLATE "C" PRIMARY KEY,
    app_id     text COLLATE "C" NOT NULL REFERENCES app (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
    name       text NOT NULL,
    digest     bytea NOT NULL CHECK (octet_length(digest) = 32),
    last_four  text NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3),
    revoked_at timestamptz(3)
);
CREATE UNIQUE INDEX app_key_digest_key ON app_key (digest);
CREATE INDEX app_key_app_id_created_at_id_idx ON app_key (app_id, created_at, id);

-- The wall to the tokens service: a row a record and version, until tokens has confirmed it.
CREATE TABLE directory_change (
    -- Order of delivery, not a cursor: a later number can be committed before an earlier one. Versions decide.
    seq        bigserial PRIMARY KEY,
    kind       text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    app_id     text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    deleted    boolean NOT NULL,
    data       jsonb,
    created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CHECK (deleted = (data IS NULL))
);
CREATE INDEX directory_change_kind_id_idx ON directory_change (kind, id);

-- The outbox of a service: audit events that audit has not acknowledged yet. Every service's first migration carries
-- this text (a test compares). Rows are inserted by the service, read in order of seq and deleted by its relay.
CREATE TABLE outbox_event (
    -- Order of delivery, not a cursor: a later number can be committed before an earlier one.
    seq  bigserial PRIMARY KEY,
    -- The event's own id. An insert of unknown outcome is repeated with the same id.
    id   text COLLATE "C" NOT NULL UNIQUE,
    -- The serialized event, as it will be chained. The bound keeps every row small enough to be sent.
    body text NOT NULL CHECK (octet_length(body) <= 65536)
) WITH (
    -- A queue: dead rows are all at its front, and every look at the front walks over them until they are vacuumed.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 50000,
    toast.autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 5000,
    toast.autovacuum_vacuum_cost_delay = 0
);
