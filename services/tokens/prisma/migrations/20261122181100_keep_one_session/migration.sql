-- A password that its user has changed ends all sessions but the one it was changed in: when, and which one goes on.
ALTER TABLE "directory_user" ADD COLUMN "kept_session_id" text, ADD COLUMN "others_ended_at" timestamptz(3);
