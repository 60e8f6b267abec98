-- Managed policies with their versions, custom roles, and what rests on them. No policy is ever deleted, nor any
-- version: tokens that name one keep its statements, denials among them.

CREATE TABLE managed_policy (
    id              text COLLATE "C" PRIMARY KEY CHECK (id ~ '^pol_[0-9A-HJKMNP-TV-Z]{26}$'),
    workspace_id    text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    name            text COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description     text NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    -- The version in force.
    version         integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at      timestamptz(3) NOT NULL DEFAULT now(),
    updated_at      timestamptz(3) NOT NULL DEFAULT now(),
    -- Of a policy that nobody sees any more.
    deleted_at      timestamptz(3)
);
CREATE UNIQUE INDEX managed_policy_workspace_id_name_key ON managed_policy (workspace_id, name) WHERE deleted_at IS NULL;
CREATE INDEX managed_policy_workspace_id_idx ON managed_policy (workspace_id, created_at, id);

-- Written once, never changed: the service may not update it.
CREATE TABLE managed_policy_version (
    policy_id   text COLLATE "C" NOT NULL REFERENCES managed_policy (id) ON DELETE CASCADE ON UPDATE CASCADE,
    version     integer NOT NULL CHECK (version >= 1),
    statements  jsonb NOT NULL CHECK (jsonb_typeof(statements) = 'array'),
    -- Who wrote it; a text, for it outlives the account.
    created_by  text COLLATE "C" NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (policy_id, version)
);

CREATE TABLE workspace_role (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^rol_[0-9A-HJKMNP-TV-Z]{26}$'),
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    name         text COLLATE "C" NOT NULL
                 CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$' AND name NOT IN ('owner', 'admin', 'member')),
    description  text NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    -- Above which it gives nothing, whatever its statements say.
    base         text NOT NULL CHECK (base IN ('admin', 'member')),
    statements   jsonb NOT NULL CHECK (jsonb_typeof(statements) = 'array'),
    policy_ids   text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(policy_ids) <= 25),
    -- Counts its changes.
    version      integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX workspace_role_workspace_id_name_key ON workspace_role (workspace_id, name);
CREATE INDEX workspace_role_policy_ids_idx ON workspace_role USING gin (policy_ids) WHERE policy_ids <> '{}';

-- `role` is the base of the custom role then. A role that somebody has cannot go.
ALTER TABLE member
    ADD COLUMN role_id text COLLATE "C" REFERENCES workspace_role (id) ON DELETE NO ACTION ON UPDATE CASCADE;
CREATE INDEX member_role_id_idx ON member (role_id);

-- Beside its own statements a token has those of the policies' current versions, in this order.
ALTER TABLE access_token
    ADD COLUMN policy_ids text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(policy_ids) <= 25);
CREATE INDEX access_token_policy_ids_idx ON access_token USING gin (policy_ids) WHERE policy_ids <> '{}';
