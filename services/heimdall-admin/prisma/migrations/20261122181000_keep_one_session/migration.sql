-- The session that the last rise of session_epoch left alone. NULL: it ended all.
ALTER TABLE "app_user" ADD COLUMN "kept_session_id" text;
