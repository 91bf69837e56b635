-- +goose Up
-- Held codes begin to work in batches, never in the order in which they were issued. A
-- code carries the number of its batch; here is how many each batch has, and from when
-- they work: a whole hour, or the opening of a round; NULL until the next round opens.
-- Nothing here is about one code.
CREATE TABLE civic.code_batch (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    number       integer NOT NULL,
    codes        integer NOT NULL,
    works_from   timestamptz,
    CONSTRAINT code_batch_pkey PRIMARY KEY (consultation, grp, number),
    CONSTRAINT code_batch_number CHECK (number BETWEEN 1 AND 65535),
    CONSTRAINT code_batch_codes CHECK (codes > 0)
);

-- A code that was just shown, for the quarter of an hour in which its page may have been
-- lost on the way: encrypted under a secret that one browser holds and nobody else, and
-- found by a keyed hash of it. It names no account, and nothing here opens it.
CREATE TABLE civic.code_kept (
    id     bytea CONSTRAINT code_kept_pkey PRIMARY KEY,
    sealed bytea NOT NULL,
    until  timestamptz NOT NULL,
    CONSTRAINT code_kept_id CHECK (octet_length(id) = 16)
);
