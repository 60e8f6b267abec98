-- Answers rest on tenants too: their changes stand in the log.
ALTER TABLE inval_log DROP CONSTRAINT inval_log_kind_check;
ALTER TABLE inval_log ADD CONSTRAINT inval_log_kind_check
    CHECK (kind IN ('app', 'user', 'role', 'credential', 'session', 'tenant', 'signing-key'));
