-- The session_epoch that kept_session_id was left alone by: a process that does not know that column raises the epoch and leaves
-- it standing. NULL, also in the rows there are: no session is known to have been left alone.
ALTER TABLE "app_user" ADD COLUMN "kept_at_epoch" integer;
