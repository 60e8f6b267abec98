-- When a token got the secret it has; NULL: the one it was minted with. Of tokens that were rotated before this was
-- noted, the latest it can have been.
ALTER TABLE access_token
    ADD COLUMN rotated_at timestamptz(3),
    -- The service that was called, with last_used_at.
    ADD COLUMN last_used_service text CHECK (last_used_service ~ '^[a-z][a-z0-9-]{0,62}$');
UPDATE access_token SET rotated_at = least(updated_at, previous_until) WHERE previous_digest IS NOT NULL;
