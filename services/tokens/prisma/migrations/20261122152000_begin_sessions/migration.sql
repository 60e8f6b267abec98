-- A sign-in begins a session; its refresh tokens are a family under the session's id (the column keeps its old name).
CREATE TABLE user_session (
    id           text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ses_[0-9A-HJKMNP-TV-Z]{26}$'),
    app_id       text COLLATE "C" NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    -- clock_timestamp(): after the user's row was locked, so that it can be compared with sessions_ended_at.
    created_at   timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    refreshed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    -- However often it is refreshed, it ends here.
    expires_at   timestamptz(3) NOT NULL,
    ip           text NOT NULL CHECK (length(ip) <= 45),
    user_agent   text CHECK (length(user_agent) <= 300),
    ended_at     timestamptz(3),
    end_reason   text CHECK (end_reason IN ('revoked', 'reused', 'user')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX user_session_user_id_idx ON user_session (user_id, created_at, id);
CREATE INDEX user_session_expires_at_idx ON user_session (expires_at);

ALTER TABLE refresh_token
    -- When it was exchanged for its successor, which follows from the token itself and the salt.
    ADD COLUMN used_at        timestamptz(3),
    ADD COLUMN successor_salt bytea CHECK (octet_length(successor_salt) = 16),
    ADD CONSTRAINT refresh_token_used CHECK ((used_at IS NULL) = (successor_salt IS NULL));
CREATE INDEX refresh_token_expires_at_idx ON refresh_token (expires_at);

-- Tokens that are out get the session they would have begun.
INSERT INTO user_session (id, app_id, user_id, created_at, refreshed_at, expires_at, ip)
SELECT 'ses_' || substr(family_id, 5), app_id, user_id, min(created_at), max(created_at), max(expires_at), ''
FROM refresh_token WHERE family_id ~ '^fam_[0-9A-HJKMNP-TV-Z]{26}$' GROUP BY family_id, app_id, user_id
ON CONFLICT DO NOTHING;
UPDATE refresh_token SET family_id = 'ses_' || substr(family_id, 5) WHERE family_id LIKE 'fam\_%';
