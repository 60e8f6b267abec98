-- Its user has asked to leave the tenant it is for: when the membership's end arrives, the session goes on in none.
ALTER TABLE "user_session" ADD COLUMN "leaving" boolean NOT NULL DEFAULT false;
