-- A new key is published before it signs.
ALTER TABLE signing_key DROP CONSTRAINT signing_key_status_check;
ALTER TABLE signing_key ADD CONSTRAINT signing_key_status_check
    CHECK (status IN ('pending', 'active', 'retiring', 'retired'));
-- One at a time waits for its turn; whoever makes a second one at the same moment has made it in vain.
CREATE UNIQUE INDEX signing_key_pending_key ON signing_key (app_id) WHERE status = 'pending';
CREATE INDEX signing_key_due_idx ON signing_key (status, not_before);
-- The private half of a key that will never sign again is forgotten.
ALTER TABLE signing_key ALTER COLUMN private_key DROP NOT NULL;
