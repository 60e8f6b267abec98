-- `expires_at` moves with use, up to `ends_at`. NULL: a session of before, whose `expires_at` stands.
ALTER TABLE session ADD COLUMN ends_at timestamptz(3);
-- When its owner last proved to be there: a second factor, a passkey, or the password asked for again.
ALTER TABLE session ADD COLUMN confirmed_at timestamptz(3);
