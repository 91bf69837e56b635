-- +goose Up
-- People are counted by group, in the order of the protocol.
ALTER TABLE civic.round ALTER COLUMN enrolled DROP DEFAULT;
ALTER TABLE civic.round ALTER COLUMN enrolled TYPE integer[] USING ARRAY[enrolled];
ALTER TABLE civic.round ALTER COLUMN enrolled SET DEFAULT '{}';

-- What a closing commits to (docs/RECORD.md §3), kept to the byte as it is published.
-- A release before the deadline has items and tally alone.
ALTER TABLE civic.closing
    ADD COLUMN items      text NOT NULL DEFAULT '[]',
    ADD COLUMN tally      text NOT NULL DEFAULT '',
    ADD COLUMN heads      text NOT NULL DEFAULT '',
    ADD COLUMN root       bytea,
    ADD COLUMN superseded text NOT NULL DEFAULT '',
    ADD CONSTRAINT closing_root CHECK (root IS NULL OR octet_length(root) = 32);

-- The leaves of a closing's tables, in pieces that are read one after the other.
-- Neither who nor when: a line is a value and a salt, in the order of its hash.
CREATE TABLE civic.leaves (
    round uuid NOT NULL,
    tbl   text NOT NULL,
    chunk integer NOT NULL,
    lines text NOT NULL,
    CONSTRAINT leaves_pkey PRIMARY KEY (round, tbl, chunk)
);

-- Salts do not compress; trying costs time at every closing.
ALTER TABLE civic.leaves ALTER COLUMN lines SET STORAGE EXTERNAL;
