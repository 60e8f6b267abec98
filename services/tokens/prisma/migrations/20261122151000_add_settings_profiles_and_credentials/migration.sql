-- The copy learns of apps' settings, of users' profiles and of credentials. Rows that are there get their values with
-- their next version; until then the defaults hold.
ALTER TABLE directory_app
    ADD COLUMN display_name text NOT NULL DEFAULT '',
    ADD COLUMN settings     jsonb;

ALTER TABLE directory_user
    ADD COLUMN display_name      text NOT NULL DEFAULT '',
    ADD COLUMN metadata          jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN email_verified    boolean NOT NULL DEFAULT false,
    ADD COLUMN session_epoch     integer NOT NULL DEFAULT 1,
    -- When this copy learnt that all sessions have ended: what was issued before is void.
    ADD COLUMN sessions_ended_at timestamptz(3),
    ADD COLUMN created_at        timestamptz(3),
    ADD COLUMN updated_at        timestamptz(3);

ALTER TABLE directory_app_key
    ADD COLUMN permissions text[] DEFAULT ARRAY['*:*'];

CREATE TABLE directory_credential (
    id          text COLLATE "C" PRIMARY KEY,
    app_id      text COLLATE "C" NOT NULL,
    client_id   text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    status      text NOT NULL,
    permissions text[],
    secrets     jsonb NOT NULL,
    version     integer NOT NULL,
    deleted     boolean NOT NULL
);
CREATE INDEX directory_credential_client_id_idx ON directory_credential (client_id);
