-- The secret a token had before its last rotation, and until when it is good. It stays when it is no longer, so that
-- whoever still uses it leaves a row in the log.
ALTER TABLE access_token
    ADD COLUMN previous_digest bytea CHECK (octet_length(previous_digest) = 32),
    ADD COLUMN previous_until timestamptz(3),
    ADD CHECK ((previous_digest IS NULL) = (previous_until IS NULL));
CREATE UNIQUE INDEX access_token_previous_digest_key ON access_token (previous_digest);
