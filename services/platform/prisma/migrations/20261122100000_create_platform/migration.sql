-- platform: accounts, sessions, workspaces, members, access tokens, and the log by which every service learns what
-- stopped being true. Ids compare bytewise; secrets are kept as HMAC digests only.

CREATE TABLE account (
    id            text COLLATE "C" PRIMARY KEY CHECK (id ~ '^acc_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- As it was typed; compared without regard to case.
    email         text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    -- NULL for an account that signs in otherwise.
    password_hash text CHECK (password_hash LIKE 'v1$2b$%'),
    full_name     text NOT NULL CHECK (length(full_name) BETWEEN 1 AND 120),
    handle        text COLLATE "C" NOT NULL CHECK (handle ~ '^[a-z0-9]{2,40}$'),
    role          text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'staff')),
    verified_at   timestamptz(3),
    -- NULL while the account is active.
    closed_at     timestamptz(3),
    last_login_at timestamptz(3),
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    updated_at    timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_email_key ON account (lower(email));
CREATE UNIQUE INDEX account_handle_key ON account (handle);

CREATE TABLE session (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ses_[0-9A-HJKMNP-TV-Z]{26}$'),
    account_id   text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
    ip           text CHECK (length(ip) <= 45),
    user_agent   text CHECK (length(user_agent) <= 1024),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    last_seen_at timestamptz(3),
    expires_at   timestamptz(3) NOT NULL,
    ended_at     timestamptz(3)
);
CREATE UNIQUE INDEX session_digest_key ON session (digest);
CREATE INDEX session_account_id_idx ON session (account_id, created_at);

CREATE TABLE workspace (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ws_[0-9A-HJKMNP-TV-Z]{26}$'),
    -- The slug it has now; every slug it ever had stands in workspace_slug.
    slug         text COLLATE "C" NOT NULL,
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX workspace_slug_key ON workspace (slug);

-- All slugs, the current one included, for good: a renamed workspace keeps its old slug as an alias. No slug can look
-- like an id, which begins with `ws_`.
CREATE TABLE workspace_slug (
    slug         text COLLATE "C" PRIMARY KEY CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX workspace_slug_workspace_id_idx ON workspace_slug (workspace_id);

CREATE TABLE member (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^mem_[0-9A-HJKMNP-TV-Z]{26}$'),
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    account_id   text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    role         text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX member_account_id_workspace_id_key ON member (account_id, workspace_id);
CREATE INDEX member_workspace_id_idx ON member (workspace_id, created_at, id);

-- Services a workspace has switched off; all others are on.
CREATE TABLE workspace_service (
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    service      text COLLATE "C" NOT NULL CHECK (service ~ '^[a-z][a-z0-9-]{0,62}$' AND service <> 'platform'),
    disabled_at  timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, service)
);

CREATE TABLE access_token (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^pat_[0-9A-HJKMNP-TV-Z]{26}$'),
    account_id   text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    -- The workspace it is pinned to; NULL: every workspace of its account.
    workspace_id text COLLATE "C" REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    -- From the first token of the family to the parent; empty for a token that a person minted.
    ancestor_ids text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(ancestor_ids) <= 8),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
    token_prefix text NOT NULL CHECK (token_prefix IN ('pcft_live_', 'pcft_test_', 'ba_')),
    last_four    text NOT NULL CHECK (length(last_four) = 4),
    -- What the policy was compiled from; at most one of the two.
    kind         text CHECK (kind IN ('full', 'read-only', 'read-write', 'custom')),
    scopes       text[] CHECK (cardinality(scopes) > 0),
    statements   jsonb NOT NULL CHECK (jsonb_typeof(statements) = 'array'),
    conditions   jsonb CHECK (jsonb_typeof(conditions) = 'object'),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3),
    disabled_at  timestamptz(3),
    -- For good.
    revoked_at   timestamptz(3),
    -- Written in batches, at most once a minute, without a row in the invalidation log.
    last_used_at timestamptz(3),
    last_used_ip text CHECK (length(last_used_ip) <= 45),
    CHECK (kind IS NULL OR scopes IS NULL)
);
CREATE UNIQUE INDEX access_token_digest_key ON access_token (digest);
CREATE INDEX access_token_workspace_id_idx ON access_token (workspace_id, created_at, id);
CREATE INDEX access_token_account_id_idx ON access_token (account_id, created_at, id);
CREATE INDEX access_token_ancestor_ids_idx ON access_token USING gin (ancestor_ids);

-- Every change to what an introspection answers ends its transaction by counting `n` up and writing a row under it.
-- The lock on the counter's one row makes the log gapless and puts it in the order of the commits.
CREATE TABLE inval_pos (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    n   bigint NOT NULL CHECK (n >= 0)
);
INSERT INTO inval_pos (n) VALUES (0);

CREATE TABLE inval_log (
    n    bigint PRIMARY KEY CHECK (n > 0),
    kind text NOT NULL CHECK (kind IN ('credential', 'account', 'workspace', 'member')),
    id   text COLLATE "C" NOT NULL CHECK (length(id) BETWEEN 1 AND 200),
    at   timestamptz(3) NOT NULL
);
CREATE INDEX inval_log_at_idx ON inval_log (at);

-- Processes that keep a cache of introspections. Few rows, written often.
CREATE TABLE lease_holder (
    id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^lh_[0-9A-HJKMNP-TV-Z]{26}$'),
    service    text NOT NULL CHECK (service ~ '^[a-z][a-z0-9-]{0,62}$'),
    joined_at  timestamptz(3) NOT NULL DEFAULT now(),
    touched_at timestamptz(3) NOT NULL DEFAULT now(),
    -- Set once, never cleared: a closed holder joins anew under another id.
    closed_at  timestamptz(3)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- One part of the epoch; the server's start and the database's oid are the others. Whoever restores a dump into a
-- running server sets a new value here, so that positions of the lost log mean nothing any more.
CREATE TABLE epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    value text NOT NULL DEFAULT gen_random_uuid()::text
);
INSERT INTO epoch DEFAULT VALUES;

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
