-- +goose Up
-- The public record becomes a log that can be checked (docs/RECORD.md §5).
-- Entries that were written before there was one keep their rows aside: the
-- ledger appends them at its first start, in order, before anything else.

DROP TRIGGER entry_stays ON record.entry;
ALTER TABLE record.entry RENAME TO former;
ALTER TABLE record.former RENAME CONSTRAINT entry_pkey TO former_pkey;
ALTER TABLE record.former RENAME CONSTRAINT entry_sequence TO former_sequence;
ALTER TABLE record.former RENAME CONSTRAINT entry_role TO former_role;
ALTER TABLE record.former RENAME CONSTRAINT entry_minute TO former_minute;
DROP INDEX record.entry_by_consultation;

-- One log, unless it had to be succeeded by another: the newest is the log.
CREATE TABLE record.log (
    number   integer CONSTRAINT log_pkey PRIMARY KEY,
    id       uuid NOT NULL CONSTRAINT log_id UNIQUE,
    origin   text NOT NULL CONSTRAINT log_origin UNIQUE,
    verifier text NOT NULL,
    CONSTRAINT log_number CHECK (number > 0)
);

-- text is what is hashed: the five lines. The columns before it repeat what can
-- be read there, for lists.
CREATE TABLE record.entry (
    log          integer NOT NULL CONSTRAINT entry_log REFERENCES record.log,
    sequence     bigint NOT NULL,
    type         text NOT NULL,
    consultation uuid,
    minute       timestamptz NOT NULL,
    text         text NOT NULL,
    CONSTRAINT entry_pkey PRIMARY KEY (log, sequence),
    CONSTRAINT entry_sequence CHECK (sequence >= 0),
    CONSTRAINT entry_minute CHECK (minute = date_trunc('minute', minute))
);

CREATE INDEX entry_by_consultation ON record.entry (consultation, log, sequence);

-- What people wrote stands beside its entry, which holds only a salted digest:
-- it can be removed by law, and then the document is null.
CREATE TABLE record.words (
    log      integer NOT NULL,
    sequence bigint NOT NULL,
    salt     bytea NOT NULL,
    document text,
    CONSTRAINT words_pkey PRIMARY KEY (log, sequence),
    CONSTRAINT words_entry FOREIGN KEY (log, sequence) REFERENCES record.entry (log, sequence),
    CONSTRAINT words_salt CHECK (octet_length(salt) = 16)
);

-- The tree over the entries, as golang.org/x/mod/sumdb/tlog numbers its hashes.
CREATE TABLE record.hash (
    log   integer NOT NULL CONSTRAINT hash_log REFERENCES record.log,
    index bigint NOT NULL,
    hash  bytea NOT NULL,
    CONSTRAINT hash_pkey PRIMARY KEY (log, index),
    CONSTRAINT hash_length CHECK (octet_length(hash) = 32)
);

-- What witnesses signed, line by line.
CREATE TABLE record.cosignature (
    log  integer NOT NULL CONSTRAINT cosignature_log REFERENCES record.log,
    name text NOT NULL,
    size bigint NOT NULL,
    line text NOT NULL,
    CONSTRAINT cosignature_pkey PRIMARY KEY (log, name, size)
);

CREATE TRIGGER log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record.log
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record.entry
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();
CREATE TRIGGER hash_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record.hash
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();
CREATE TRIGGER cosignature_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record.cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();
CREATE TRIGGER words_stay BEFORE DELETE OR TRUNCATE ON record.words
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();

-- +goose StatementBegin
CREATE FUNCTION record.only_remove() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.document IS NOT NULL OR (NEW.log, NEW.sequence, NEW.salt) IS DISTINCT FROM (OLD.log, OLD.sequence, OLD.salt) THEN
        RAISE EXCEPTION 'words of the public record are removed or stay';
    END IF;
    RETURN NEW;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER words_only_go BEFORE UPDATE ON record.words
    FOR EACH ROW EXECUTE FUNCTION record.only_remove();
