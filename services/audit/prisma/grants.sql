-- What the running service may do. Events are added and read; nothing here lets it change or remove one.
GRANT USAGE ON SCHEMA public TO {{runtime_role}};
GRANT SELECT, INSERT ON audit_event TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE (seq, hash) ON chain_head TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON usage_day TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON outbox_event TO {{runtime_role}};
GRANT USAGE, SELECT ON SEQUENCE outbox_event_seq_seq TO {{runtime_role}};
GRANT SELECT, INSERT ON checkpoint, checkpoint_span, checkpoint_key TO {{runtime_role}};
