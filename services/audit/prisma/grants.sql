-- What the running service may do. Events are added and read; nothing here lets it change or remove one. Partitions are
-- reached through their parent alone. The functions have bodies of their own, with the owner's rights.
GRANT USAGE ON SCHEMA public TO {{runtime_role}};
GRANT SELECT, INSERT ON audit_event, audit_word TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE (seq, hash, segment) ON chain_head TO {{runtime_role}};
GRANT SELECT ON retired_segment TO {{runtime_role}};
GRANT EXECUTE ON FUNCTION ensure_segments(), retire_segments(text, integer), remove_retired_rows(integer),
    drop_empty_segments() TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON usage_day TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE (rows) ON event_day TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON outbox_event TO {{runtime_role}};
GRANT USAGE, SELECT ON SEQUENCE outbox_event_seq_seq TO {{runtime_role}};
GRANT SELECT, INSERT ON checkpoint, checkpoint_span, checkpoint_key TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_sink, idempotency_key TO {{runtime_role}};
