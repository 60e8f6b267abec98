-- Invites to custom roles; `role` is the base of the role at the time of inviting then. No foreign key: an invite whose
-- role is deleted stays and can be accepted by nobody. With SET NULL it would become one to the whole base.
ALTER TABLE workspace_invite
    ADD COLUMN role_id text COLLATE "C" CHECK (role_id ~ '^rol_[0-9A-HJKMNP-TV-Z]{26}$');
ALTER TABLE workspace_invite ADD CHECK (role_id IS NULL OR role <> 'owner');
CREATE INDEX workspace_invite_role_id_idx ON workspace_invite (role_id) WHERE role_id IS NOT NULL;
-- What is over for a month is forgotten (services/platform/src/invites/prisma-invite-store.ts).
CREATE INDEX workspace_invite_over_idx ON workspace_invite (least(accepted_at, revoked_at, expires_at));
