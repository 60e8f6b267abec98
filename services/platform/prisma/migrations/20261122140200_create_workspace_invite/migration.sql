-- Invites to a workspace by mail. A row stays when it is over, so that whoever comes late is told so.
CREATE TABLE workspace_invite (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^inv_[0-9A-HJKMNP-TV-Z]{26}$'),
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspace (id) ON DELETE CASCADE ON UPDATE CASCADE,
    email        text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    role         text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    -- Its role of that moment decides whether the invite can be accepted.
    invited_by   text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3) NOT NULL,
    accepted_at  timestamptz(3),
    -- Or replaced by a newer one to the same address.
    revoked_at   timestamptz(3),
    CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX workspace_invite_digest_key ON workspace_invite (digest);
CREATE INDEX workspace_invite_workspace_id_idx ON workspace_invite (workspace_id, created_at, id);
-- At most one open invite an address and workspace.
CREATE UNIQUE INDEX workspace_invite_open_key ON workspace_invite (workspace_id, lower(email))
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX workspace_invite_invited_by_idx ON workspace_invite (invited_by);
