-- What the running service may do, and nothing else: no DDL, no deletions but of the log's old end, dead lease
-- holders, relayed outbox rows, mail that was sent and what is to be forgotten.
GRANT USAGE ON SCHEMA public TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON account, session, workspace, access_token, lease_holder TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON member, workspace_service TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON managed_policy TO {{runtime_role}};
GRANT SELECT, INSERT ON managed_policy_version TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace_role TO {{runtime_role}};
GRANT SELECT, INSERT ON workspace_slug TO {{runtime_role}};
GRANT SELECT, INSERT ON leak_report TO {{runtime_role}};
GRANT SELECT, UPDATE ON inval_pos TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON inval_log TO {{runtime_role}};
GRANT DELETE ON lease_holder TO {{runtime_role}};
GRANT SELECT ON epoch TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_event TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON queued_mail TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON one_time_token, workspace_invite TO {{runtime_role}};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {{runtime_role}};
GRANT DELETE ON one_time_token, workspace_invite TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON guess_budget TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON two_factor, recovery_code, sign_in_challenge, passkey,
  passkey_challenge TO {{runtime_role}};
