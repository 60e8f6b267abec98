-- What a workspace may hold, whether its tokens are for tests, and what it says of tokens that reach it.
ALTER TABLE workspace
    ADD COLUMN plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'pro', 'business')),
    -- Set when it is created, for good.
    ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test')),
    -- From a token's creation on; NULL: no such end. In force at every decision, for tokens that exist too.
    ADD COLUMN max_token_lifetime_seconds integer CHECK (max_token_lifetime_seconds BETWEEN 60 AND 315360000),
    -- The lowest role that may.
    ADD COLUMN who_may_mint text NOT NULL DEFAULT 'member' CHECK (who_may_mint IN ('owner', 'admin', 'member')),
    ADD COLUMN leaked_token_action text NOT NULL DEFAULT 'revoke'
        CHECK (leaked_token_action IN ('revoke', 'quarantine'));

-- Every mint counts the tokens that a workspace, or an account beside its workspaces, has at this moment.
CREATE INDEX access_token_unrevoked_workspace_idx ON access_token (workspace_id, expires_at)
    WHERE revoked_at IS NULL AND workspace_id IS NOT NULL;
CREATE INDEX access_token_unrevoked_account_idx ON access_token (account_id, expires_at)
    WHERE revoked_at IS NULL AND workspace_id IS NULL;
-- The closed workspaces that an account may restore.
CREATE INDEX workspace_closed_idx ON workspace (id) WHERE closed_at IS NOT NULL;
