-- Signed statements over the heads of all chains that grew (docs/audit-chain.md). Like rows, they are only ever added.

-- Public halves of the keys that have signed here; a key that is no longer used still verifies what it signed.
CREATE TABLE checkpoint_key (
    kid        text COLLATE "C" PRIMARY KEY,
    -- RFC 8037: x of the Ed25519 public key, base64url.
    x          text NOT NULL,
    first_used timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE checkpoint (
    number    bigint PRIMARY KEY CHECK (number > 0),
    made_at   timestamptz(3) NOT NULL,
    -- The signed bytes.
    statement text NOT NULL,
    -- Ed25519 over them, base64.
    signature text NOT NULL,
    kid       text COLLATE "C" NOT NULL REFERENCES checkpoint_key
);

-- What hangs on the root of a checkpoint: rows of one log, one after the other.
CREATE TABLE checkpoint_span (
    number    bigint  NOT NULL REFERENCES checkpoint,
    -- Place among the leaves, from 0.
    place     integer NOT NULL CHECK (place >= 0),
    log       text COLLATE "C" NOT NULL,
    from_seq  bigint  NOT NULL CHECK (from_seq > 0),
    to_seq    bigint  NOT NULL CHECK (to_seq >= from_seq),
    -- Of row to_seq.
    hash      bytea   NOT NULL CHECK (octet_length(hash) = 32),
    -- Merkle root over the hashes of the rows.
    rows_root bytea   NOT NULL CHECK (octet_length(rows_root) = 32),
    -- From this leaf to the checkpoint's root: hashes of 32 bytes, one after the other.
    path      bytea   NOT NULL CHECK (octet_length(path) % 32 = 0),
    PRIMARY KEY (number, place)
);

-- Also what keeps two processes from sealing the same rows twice.
CREATE UNIQUE INDEX checkpoint_span_log_to_seq_key ON checkpoint_span (log, to_seq);

CREATE TRIGGER checkpoint_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_span_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_span
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_key_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
