CREATE TABLE directory_app (
    id           text COLLATE "C" PRIMARY KEY,
    workspace_id text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    status       text NOT NULL,
    version      integer NOT NULL,
    deleted      boolean NOT NULL
);
CREATE INDEX directory_app_name_idx ON directory_app (name);

CREATE TABLE directory_role (
    id          text COLLATE "C" PRIMARY KEY,
    app_id      text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    permissions text[],
    version     integer NOT NULL,
    deleted     boolean NOT NULL
);

CREATE TABLE directory_user (
    id            text COLLATE "C" PRIMARY KEY,
    app_id        text COLLATE "C" NOT NULL,
    email         text NOT NULL,
    email_key     text COLLATE "C" NOT NULL,
    status        text NOT NULL,
    password_hash text,
    role_ids      text[],
    version       integer NOT NULL,
    deleted       boolean NOT NULL
);
CREATE INDEX directory_user_app_id_email_key_idx ON directory_user (app_id, email_key);

CREATE TABLE directory_app_key (
    id         text COLLATE "C" PRIMARY KEY,
    app_id     text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    digest     bytea,
    expires_at timestamptz(3),
    version    integer NOT NULL,
    deleted    boolean NOT NULL
);
CREATE INDEX directory_app_key_digest_idx ON directory_app_key (digest);

CREATE TABLE signing_key (
    kid         text COLLATE "C" PRIMARY KEY,
    app_id      text COLLATE "C" NOT NULL,
    status      text NOT NULL CHECK (status IN ('active', 'retiring', 'retired')),
    public_jwk  jsonb NOT NULL,
    private_key bytea NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    not_before  timestamptz(3) NOT NULL,
    not_after   timestamptz(3)
);
CREATE INDEX signing_key_app_id_idx ON signing_key (app_id);
-- Whoever makes an app's key second has made it in vain: there is one active key an app.
CREATE UNIQUE INDEX signing_key_active_key ON signing_key (app_id) WHERE status = 'active';

CREATE TABLE refresh_token (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    family_id  text COLLATE "C" NOT NULL,
    app_id     text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at timestamptz(3) NOT NULL
);
CREATE INDEX refresh_token_family_id_idx ON refresh_token (family_id);
CREATE INDEX refresh_token_user_id_idx ON refresh_token (user_id);

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
