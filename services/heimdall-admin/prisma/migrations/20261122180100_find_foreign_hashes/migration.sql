-- Which kinds of password hashes of other systems an app still has (packages/database, foreignHashKinds): a refusal costs as much
-- as the dearest of them. Empty where nobody was imported, and smaller with every sign-in of who was.
CREATE INDEX app_user_foreign_hash_idx
    ON app_user (app_id, (substring(password_hash from '^\$(?:2[aby]\$\d\d|argon2id\$v=19\$[^$]+)')))
    WHERE password_hash LIKE '$%';
