-- projects: the tenant-scoped work objects of seed 002. Workspaces and accounts are platform's: here stand their ids.

CREATE TABLE project (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^prj_[0-9A-HJKMNP-TV-Z]{26}$'),
    workspace_id text COLLATE "C" NOT NULL CHECK (workspace_id ~ '^ws_[0-9A-HJKMNP-TV-Z]{26}$'),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    created_by   text COLLATE "C" NOT NULL CHECK (created_by ~ '^acc_[0-9A-HJKMNP-TV-Z]{26}$'),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX project_workspace_id_idx ON project (workspace_id, created_at, id);

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
